import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BadAnswer, readTarget } from '../../src/apps/answer-values.ts';
import type { Answers } from '../../src/apps/answers.ts';
import { readRequest } from '../../src/apps/request.ts';
import type { Profile } from '../../src/checks/rule.ts';
import { RULES } from '../../src/checks/rules/list.ts';
import { checkTools, examine } from '../../src/checks/run.ts';
import { readSettings, SETTINGS_FILE } from '../../src/checks/settings.ts';
import { Environment } from '../../src/jinja/index.ts';
import { syntaxOptions } from '../../src/makejinja/render.ts';
import { parseSettings } from '../../src/makejinja/settings.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { templateText } from '../../src/pipeline/app-new.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import type { Finding } from '../../src/report/finding.ts';
import { formatFindings } from '../../src/report/text.ts';
import { allPairs, coveringArray, pairsOf } from '../checks/covering-array.ts';
import { combination, COMBINATIONS, CONFIG_FILES, LEVELS, PROFILE_NAMES } from './matrix.ts';
import { asFiles, contextIn, newApp, type Texts, world } from './world.ts';

describe('the matrix', () => {
  it('brings every two choices together', () => {
    const missing = allPairs(LEVELS);
    for (const pair of coveringArray(LEVELS).flatMap(pairsOf)) missing.delete(pair);
    expect([...missing]).toEqual([]);
  });
});

const tools = checkTools(schemaChecker(PROVIDED));

async function findingsIn(texts: Texts): Promise<readonly Finding[]> {
  const files = asFiles(texts);
  const settings = readSettings(
    files.find(({ path }) => path === SETTINGS_FILE),
    RULES,
  );
  const manifests = files.filter(({ path }) => path !== SETTINGS_FILE);
  const { findings } = await examine(manifests, { rules: RULES, settings, tools, paths: [] });
  return findings;
}

describe('what app new writes', () => {
  it.each(COMBINATIONS)('has no finding of validate and lint: %s', async (_, { profile, choices }) => {
    const { settings, answers } = combination(profile, choices);
    const before = world(profile, settings);
    const { after, changed } = await newApp(before, 'web/site', answers, CONFIG_FILES);
    if (choices.files === 'templates') expect(await throughTemplates(changed)).toEqual(changed);
    const known = new Set((await findingsIn(before)).map(keyOf));
    const found = (await findingsIn(after)).filter(
      (one) => !known.has(keyOf(one)) || one.place?.file.includes('/web/') === true,
    );
    expect(formatFindings(found)).toBe('');
  });
});

/** Files of a new app, written as templates of the starter and rendered by its settings. */
async function throughTemplates(texts: Texts): Promise<Texts> {
  const settings = parseSettings(await readFile('tests/sample/cluster/makejinja.toml', 'utf8'), 'makejinja.toml');
  const environment = new Environment(syntaxOptions({ settings, plugins: [] }));
  return Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [path, environment.renderString(templateText(text), {})]),
  );
}

describe('a database server alone', () => {
  it.each(PROFILE_NAMES)('has no finding of validate and lint: %s', async (profile) => {
    const { settings } = combination(profile, {});
    const before = world(profile, settings);
    const { after, changed } = await newApp(before, 'web/ledger', { kind: 'cnpg-cluster', pvc: ['20Gi'] });
    const known = new Set((await findingsIn(before)).map(keyOf));
    expect(formatFindings((await findingsIn(after)).filter((one) => !known.has(keyOf(one))))).toBe('');
    expect(Object.keys(changed).filter((path) => path.includes('/app/'))).toEqual([]);
  });
});

const IMAGE = `ghcr.io/example/site:1.2.3@sha256:${'5a'.repeat(32)}`;

describe('an answer that cannot be taken', () => {
  it.each<[string, Profile, Answers, string, string]>([
    ['no image', 'default', {}, 'neither an image nor a chart is named', '--image'],
    [
      'a tag that moves',
      'default',
      { image: 'ghcr.io/example/site:latest' },
      'latest of ghcr.io/example/site moves',
      'digest',
    ],
    ['no digest', 'external-secrets', { image: 'ghcr.io/example/site:1.2.3' }, 'has no digest', 'crane digest'],
    [
      'half a digest',
      'default',
      { image: 'ghcr.io/example/site:1.2.3@sha256:12' },
      'sha256:12 is no digest',
      '64 hexadecimal',
    ],
    [
      'no version',
      'guarded',
      { image: `ghcr.io/example/site:stable-7@sha256:${'5a'.repeat(32)}` },
      'is no full version',
      '1.2.3',
    ],
    [
      'a class that there is not',
      'default',
      { image: IMAGE, pvc: ['5Gi'], class: 'ceph-blok' },
      'there is no storage class ceph-blok',
      'ceph-block',
    ],
    [
      'a block class for many',
      'default',
      { image: IMAGE, pvc: ['5Gi'], class: 'ceph-block', accessMode: 'RWX' },
      'cannot do ReadWriteMany',
      'rook-ceph-filesystem',
    ],
    [
      'one claim by both',
      'default',
      { image: IMAGE, pvc: ['5Gi'], backup: '5Gi' },
      'both --backup and --pvc make the claim site',
      '--pvc cache=',
    ],
    ['one claim twice', 'default', { image: IMAGE, pvc: ['5Gi', '6Gi'] }, 'makes the claim site twice', '--pvc cache='],
    ['no size', 'default', { image: IMAGE, pvc: ['5'] }, '5 is no size of a volume', '5Gi'],
    [
      'a service that nobody has',
      'default',
      { image: IMAGE, use: ['redis'] },
      'no service redis',
      'apps.services.redis',
    ],
    ['an unknown service', 'default', { image: IMAGE, use: ['redi'] }, '--use does not take redi', 'redis'],
    [
      'no server to share',
      'default',
      { image: IMAGE, db: 'postgres', dbMode: 'shared' },
      'no database server that apps share',
      '--db-mode own',
    ],
    [
      'a server that nobody backs up',
      'default',
      { image: IMAGE, db: 'postgres', dbMode: 'own' },
      'nobody knows where a database server is backed up to',
      'apps.services.s3',
    ],
    [
      'no address',
      'default',
      { image: IMAGE, port: '80', lb: '192.0.2.400' },
      '--lb 192.0.2.400 are no addresses',
      'an IPv4 address',
    ],
    [
      'a foreign domain',
      'default',
      { image: IMAGE, port: '80', host: 'a.example.org' },
      'lies in none of the domains',
      'home.example',
    ],
    ['a host without a port', 'default', { image: IMAGE, host: 'site' }, 'nothing is known to listen', '--port'],
    [
      'a login without a provider',
      'default',
      { image: IMAGE, port: '80', host: 'site', oidc: 'gateway' },
      'no identity provider',
      'apps.oidcIssuer',
    ],
    [
      'an address',
      'guarded',
      { image: IMAGE, port: '80', lb: '192.0.2.7' },
      'no load balancer for web/site',
      'service/no-loadbalancer',
    ],
    [
      'a secret in an argument',
      'default',
      { image: IMAGE, secret: ['TOKEN=abc'] },
      'takes a name alone',
      '--secret TOKEN',
    ],
    [
      'a secret as a variable',
      'default',
      { image: IMAGE, env: ['API_TOKEN=abc'] },
      'sounds like a secret',
      '--secret API_TOKEN',
    ],
    ['a port that is none', 'default', { image: IMAGE, port: '70000' }, '70000 is no port', '65535'],
    [
      'values of a chart',
      'default',
      { chart: 'oci://ghcr.io/example/site:1.0.0', env: ['A=b'] },
      '--env is for an image',
      'by hand',
    ],
    [
      'a Helm repository',
      'guarded',
      { chart: 'site:1.0.0', helmRepo: 'https://charts.example.com' },
      'out of registries alone',
      'oci://',
    ],
    [
      'a dependency',
      'default',
      { image: IMAGE, dependsOn: ['storage/garge'] },
      'there is no Kustomization storage/garge',
      'storage/garage',
    ],
  ])('%s', (...row) => {
    const [, profile, answers, message, remedy] = row;
    const repository = profile === 'default' ? withoutServices() : world(profile);
    const read = (): unknown => readRequest(readTarget('web/site'), answers, contextIn(repository));
    expect(read).toThrow(BadAnswer);
    expect(read).toThrow(message);
    expect(mistakeOf(read)?.remedy).toContain(remedy);
  });

  it.each(['site', 'Web/site', 'web/site/more', 'web/', 'web/a_b'])('a name that names no app: %s', (name) => {
    expect(() => readTarget(name)).toThrow('does not name an app');
  });
});

/** A repository whose operators tell of no service. */
function withoutServices(): Texts {
  return Object.fromEntries(
    Object.entries(world('default')).filter(([path]) => !/\/(?:dragonfly|cloudnative-pg-cluster)\/app\//.test(path)),
  );
}

function mistakeOf(read: () => unknown): BadAnswer | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof BadAnswer ? error : undefined;
  }
}

function keyOf({ code, message, place }: Finding): string {
  return JSON.stringify([code, message, place?.file]);
}
