import { describe, expect, it } from 'vitest';
import { refuseContradictions, type WrittenEntry } from '../../scripts/catalogue.mjs';
import { CATALOGUE, conditionsOf, ENTRIES, type Layer, selectEntries } from '../../src/cluster/catalogue.ts';
import { CLUSTER_FIELDS } from '../../src/cluster/config/schemas.ts';
import { Failure } from '../../src/report/finding.ts';

const APPS = 'kubernetes/apps';

/** Inputs as the renderer reads them: a text for each path. */
function layers(...texts: readonly Readonly<Record<string, string>>[]): Layer[] {
  const paths = texts.length === 1 ? ['templates/config'] : ['templates/overrides', 'templates/config'];
  return texts.map((files, index) => {
    const path = paths[index] ?? '';
    return {
      path,
      files: Object.entries(files).map(([name, text]) => ({
        name,
        source: `${path}/${name}`,
        bytes: Buffer.from(text),
      })),
    };
  });
}

const TEMPLATE = {
  [`${APPS}/storage/kustomization.yaml.j2`]: '',
  [`${APPS}/storage/disks/entry.yaml`]: 'when: disks_enabled\n',
  [`${APPS}/storage/disks/ks.yaml.j2`]: '',
  [`${APPS}/storage/disks/app/kustomization.yaml.j2`]: '',
  [`${APPS}/storage/disks/app/helmrelease.yaml.j2`]: '',
  [`${APPS}/network/kustomization.yaml.j2`]: '',
  [`${APPS}/network/dns/ks.yaml.j2`]: '',
};

/** What is rendered, and the apps that namespaces list, where these conditions hold. */
function selected(inputs: readonly Layer[], on: readonly string[]): { files: string[]; apps: unknown } {
  const conditions = conditionsOf(inputs);
  const { wants, appsAmong } = selectEntries(inputs, conditions, (folder) => on.includes(folder));
  const files = inputs.flatMap((layer) => layer.files.filter(({ source }) => wants(source)));
  const outputs = files.map(({ name }) => name.replace(/\.j2$/, ''));
  return { files: files.map(({ source }) => source), apps: Object.fromEntries(appsAmong(outputs)) };
}

/** Entries that need others, by their names. */
function entriesThatNeed(needs: Readonly<Record<string, readonly string[]>>): WrittenEntry[] {
  return Object.entries(needs).map(([name, list]) => ({ name, folder: `apps/${name}`, when: name, needs: list }));
}

describe('entries', () => {
  it.each([
    [{ disks: ['snapshots'], snapshots: ['disks'] }, 'disks needs snapshots needs disks: take the need out of one of'],
    [{ disks: ['disks'] }, 'disks needs disks: '],
    [{ disks: ['volumes'] }, 'apps/disks/entry.yaml: there is no entry volumes'],
  ])('that contradict one another are refused: %j', (needs, message) => {
    expect(() => {
      refuseContradictions(entriesThatNeed(needs));
    }).toThrow(message);
  });

  it('may need the same one', () => {
    refuseContradictions(entriesThatNeed({ snapshots: [], disks: ['snapshots'], backups: ['snapshots', 'disks'] }));
  });
});

describe('the optional parts', () => {
  it('are rendered where their condition holds, their entry.yaml never', () => {
    const { files, apps } = selected(layers(TEMPLATE), [`${APPS}/storage/disks`]);
    const rest = Object.keys(TEMPLATE).filter((name) => !name.endsWith('entry.yaml'));
    expect(files).toEqual(rest.map((name) => `templates/config/${name}`));
    expect(apps).toEqual({ storage: ['disks'], network: ['dns'] });
  });

  it('go with their namespace where it does not', () => {
    const { files, apps } = selected(layers(TEMPLATE), []);
    expect(files).toEqual([
      `templates/config/${APPS}/network/kustomization.yaml.j2`,
      `templates/config/${APPS}/network/dns/ks.yaml.j2`,
    ]);
    expect(apps).toEqual({ network: ['dns'] });
  });

  it('take the files along that somebody laid over them', () => {
    const inputs = layers({ [`${APPS}/storage/disks/app/helmrelease.yaml.j2`]: '' }, TEMPLATE);
    expect(selected(inputs, []).files.filter((path) => path.includes('overrides'))).toEqual([]);
    expect(selected(inputs, [`${APPS}/storage/disks`]).files).toContain(
      `templates/overrides/${APPS}/storage/disks/app/helmrelease.yaml.j2`,
    );
  });

  it('leave an app alone that somebody has of the same name, and the namespace in which he lists it', () => {
    const own = {
      [`${APPS}/storage/kustomization.yaml.j2`]: '',
      [`${APPS}/storage/disks/ks.yaml.j2`]: '',
      [`${APPS}/storage/disks/app/kustomization.yaml.j2`]: '',
    };
    const { files, apps } = selected(layers(own, TEMPLATE), []);
    expect(files.filter((path) => path.includes('overrides'))).toEqual(
      Object.keys(own).map((name) => `templates/overrides/${name}`),
    );
    expect(apps).toEqual({ network: ['dns'] });
  });

  it('are the own ones of a user as well, and an app without an entry is his to list', () => {
    const own = {
      [`${APPS}/network/vpn/entry.yaml`]: 'when: node_count > 1\n',
      [`${APPS}/network/vpn/ks.yaml.j2`]: '',
      [`${APPS}/network/other/ks.yaml.j2`]: '',
    };
    expect(selected(layers(own, TEMPLATE), [`${APPS}/network/vpn`]).apps).toEqual({ network: ['dns', 'vpn'] });
    expect(selected(layers(own, TEMPLATE), []).apps).toEqual({ network: ['dns'] });
  });

  it('follow the condition that a user laid over that of the template', () => {
    const own = { [`${APPS}/storage/disks/entry.yaml`]: 'when: true\n' };
    expect(conditionsOf(layers(own, TEMPLATE)).map(({ when }) => when)).toEqual(['true']);
  });

  it.each([
    ['title: Disks\n', 1],
    ['title: Disks\nwhen: [a, b]\n', 2],
    ['when: "a\n', 2],
  ])('say where an entry is wrong: %j', (text, line) => {
    const inputs = layers({ ...TEMPLATE, [`${APPS}/storage/disks/entry.yaml`]: text });
    const file = `templates/config/${APPS}/storage/disks/entry.yaml`;
    expect(() => conditionsOf(inputs)).toThrow(Failure);
    try {
      conditionsOf(inputs);
    } catch (error) {
      expect((error as Failure).findings).toMatchObject([{ code: 'render/entry', place: { file, line } }]);
    }
  });

  it('are no files of that name that stand for something else', () => {
    const files = { [`${APPS}/network/dns/app/entry.yaml`]: 'names: []\n', 'talos/entry.yaml': 'when: x\n' };
    expect(conditionsOf(layers({ ...TEMPLATE, ...files })).map(({ folder }) => folder)).toEqual([
      `${APPS}/storage/disks`,
    ]);
  });
});

describe('the catalogue', () => {
  it('knows every field that an entry brings, and the other way round', () => {
    const fields = CATALOGUE.flatMap(({ name, fields: own }) => own.map((field) => [field, name]));
    const ofSchema = Object.entries(CLUSTER_FIELDS).flatMap(([field, { 'x-entry': name }]) =>
      name === undefined ? [] : [[field, name]],
    );
    expect(fields.toSorted()).toEqual(ofSchema.toSorted());
  });

  it('knows the entries that others need, and the fields that switch them on', () => {
    const names = new Set(CATALOGUE.map(({ name }) => name));
    expect(ENTRIES.flatMap(({ needs }) => needs).filter((name) => !names.has(name))).toEqual([]);
    // What is needed has a switch, so that the rules can tell whether it is on.
    const needed = CATALOGUE.filter(({ name }) => CATALOGUE.some(({ needs }) => needs.includes(name)));
    expect(needed.filter((entry) => entry.switch.length === 0)).toEqual([]);
  });
});
