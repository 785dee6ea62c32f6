import { domainNames } from '../../cluster/computed/domains.ts';
import type { Configuration } from '../../cluster/config/generated/types.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { readInventory } from '../../pipeline/state.ts';
import type { Finding } from '../../report/finding.ts';
import { environment } from '../../system/environment.ts';
import { nameServers } from '../../system/network.ts';
import type { Inventory } from '../../workspace/inventory.ts';
import type { Programs } from '../programs/catalogue.ts';
import { accessFiles } from '../programs/programs.ts';
import { type Area, type Check, checkConfiguration, stateOf } from '../repository/configuration.ts';
import { checkRepository } from '../repository/git.ts';
import { checkKeys } from '../repository/keys.ts';
import { checkRendering, checkSecrets } from '../repository/secrets.ts';
import { checkTracked } from './leaks.ts';
import { checkEnvironment, checkTools, checkUserFolders } from './tools.ts';

/** What the doctor is asked. */
interface DoctorOptions {
  /** What to look at: `dns` asks the network. */
  readonly areas: readonly Area[];
  readonly programs: Programs;
}

/** Areas in which what is right depends on the configuration. */
const CONFIGURED: readonly Area[] = ['configuration', 'keys', 'secrets', 'repository', 'dns'];

/**
 * Looks at everything that commands of ours need, and changes nothing.
 *
 * @throws Failure where the inventory cannot be read
 */
export async function examineCluster(root: ClusterRoot, { areas, programs }: DoctorOptions): Promise<Check[]> {
  const env = environment();
  const files = accessFiles(root, env);
  const isWanted = (area: Area): boolean => areas.includes(area);
  const needsConfiguration = areas.some((area) => CONFIGURED.includes(area));
  const { checks, valid } = needsConfiguration ? await checkConfiguration(root) : { checks: [], valid: undefined };
  const configuration = valid?.configuration;
  const inventory = await readInventory(root);
  const keys = isWanted('keys') ? await checkKeys(root, inventory, configuration) : [];
  return [
    ...(isWanted('tools')
      ? [...(await checkTools(programs, root)), checkEnvironment(files, env), ...checkUserFolders(root)]
      : []),
    ...(isWanted('configuration') ? checks : []),
    ...keys,
    ...(isWanted('secrets') ? afterKeys(keys, await examineSecrets(root, inventory, configuration !== undefined)) : []),
    ...(isWanted('repository') ? await checkRepository(root, configuration) : []),
    ...(isWanted('repository') ? await checkTracked(root) : []),
    ...(isWanted('dns') && configuration !== undefined ? await checkDns(configuration) : []),
  ];
}

/** What cannot be opened, or is configured wrongly, cannot be rendered either: that is told once. */
async function examineSecrets(
  root: ClusterRoot,
  inventory: Inventory | undefined,
  isConfigured: boolean,
): Promise<Check[]> {
  const checks = await checkSecrets(root, inventory);
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

/** Whether Cloudflare answers for each of the domains; asks DNS. */
async function checkDns({ cluster }: Configuration): Promise<Check[]> {
  const domains = domainNames(cluster);
  return await Promise.all(
    domains.map(async (domain) => ({ area: 'dns', subject: domain, findings: await domainFindings(domain) }) as const),
  );
}

async function domainFindings(domain: string): Promise<Finding[]> {
  const about = { code: 'cluster/dns', severity: 'warning' } as const;
  let servers: string[];
  try {
    servers = await nameServers(domain);
  } catch (error) {
    return [
      { ...about, message: `DNS could not be asked about ${domain}: ${String(error)}`, remedy: 'look at the network' },
    ];
  }
  if (servers.length === 0) {
    const message = `DNS knows no name servers of ${domain}`;
    return [{ ...about, message, remedy: 'add the domain at Cloudflare, and its name servers at your registrar' }];
  }
  if (servers.every((server) => /\.ns\.cloudflare\.com\.?$/i.test(server))) return [];
  const message = `${domain} is answered for by ${servers.join(', ')}, and not by Cloudflare`;
  return [{ ...about, message, remedy: 'enter the name servers that Cloudflare shows at your registrar' }];
}
