import type { ClusterRoot } from '../../cluster/root.ts';
import { readManifest } from '../../pipeline/state.ts';
import type { Finding } from '../../report/finding.ts';
import { environment } from '../../system/environment.ts';
import type { Manifest } from '../../workspace/manifest.ts';
import { accessFiles } from '../programs/environment.ts';
import type { Programs } from '../programs/call.ts';
import { stateOf, type Area, type Check } from './check.ts';
import { checkConfiguration } from './configuration.ts';
import { checkDns } from './dns.ts';
import { checkKeys } from './keys.ts';
import { checkTracked } from './leaks.ts';
import { checkRepository } from './repository.ts';
import { checkRendering, checkSecrets } from './secrets.ts';
import { checkTemplates } from './templates.ts';
import { checkEnvironment, checkTools, checkUserFolders } from './tools.ts';

/** What the doctor is asked. */
export interface DoctorOptions {
  /** What to look at: `dns` asks the network, and `templates` is for those who change them. */
  readonly areas: readonly Area[];
  readonly programs: Programs;
}

/** Areas in which what is right depends on the configuration. */
const CONFIGURED: readonly Area[] = ['configuration', 'keys', 'secrets', 'repository', 'templates', 'dns'];

/**
 * Looks at everything that commands of ours need, and changes nothing.
 *
 * @throws Failure where the manifest cannot be read
 */
export async function examineCluster(root: ClusterRoot, { areas, programs }: DoctorOptions): Promise<Check[]> {
  const env = environment();
  const files = accessFiles(root, env);
  const isWanted = (area: Area): boolean => areas.includes(area);
  const needsConfiguration = areas.some((area) => CONFIGURED.includes(area));
  const { checks, valid } = needsConfiguration ? await checkConfiguration(root) : { checks: [], valid: undefined };
  const configuration = valid?.configuration;
  const manifest = await readManifest(root);
  const keys = isWanted('keys') ? await checkKeys(root, manifest, configuration) : [];
  return [
    ...(isWanted('tools')
      ? [...(await checkTools(programs, root)), checkEnvironment(files, env), ...checkUserFolders(root)]
      : []),
    ...(isWanted('configuration') ? checks : []),
    ...keys,
    ...(isWanted('secrets') ? afterKeys(keys, await examineSecrets(root, manifest, configuration !== undefined)) : []),
    ...(isWanted('repository') ? await checkRepository(root, configuration) : []),
    ...(isWanted('repository') ? await checkTracked(root) : []),
    ...(isWanted('templates') && configuration !== undefined ? await checkTemplates(root, configuration) : []),
    ...(isWanted('dns') && configuration !== undefined ? await checkDns(configuration) : []),
  ];
}

/** What cannot be opened, or is configured wrongly, cannot be rendered either: that is told once. */
async function examineSecrets(
  root: ClusterRoot,
  manifest: Manifest | undefined,
  isConfigured: boolean,
): Promise<Check[]> {
  const checks = await checkSecrets(root, manifest);
  const isSound = checks.every((check) => stateOf(check) !== 'error');
  return isSound && isConfigured ? [...checks, await checkRendering(root)] : checks;
}

/** What is wrong with the key is told once, where keys are looked at; that nothing could be opened for it is told here. */
function afterKeys(keys: readonly Check[], secrets: readonly Check[]): Check[] {
  const told = new Set(keys.flatMap(({ findings }) => findings.map(({ message }) => message)));
  return secrets.map((check) => ({
    ...check,
    findings: check.findings.map((finding): Finding => {
      if (!told.has(finding.message)) return finding;
      const message = `${check.subject} were not opened: the age key is not at hand`;
      return { code: 'secrets/not-checked', severity: 'note', message };
    }),
  }));
}
