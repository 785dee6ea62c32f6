import { repositoryValues } from '../../cluster/computed/repository.ts';
import type { Configuration } from '../../cluster/config/types.ts';
import { OUTPUT_ROOTS } from '../../cluster/root.ts';
import type { Finding } from '../../report/finding.ts';
import type { Programs } from '../programs/call.ts';
import type { Check } from './check.ts';

/** What Flux would not see: changes that are not committed, commits that are not pushed, another repository or branch than the configured one. */
export async function checkRepository(programs: Programs, configuration: Configuration | undefined): Promise<Check[]> {
  const subject = 'git';
  if ((await programs.locate('git')) === undefined) return [];
  if ((await git(programs, ['rev-parse', '--git-dir'])) === undefined) {
    const message = 'this is no git repository: Flux reads the cluster from one';
    const remedy = 'run `git init`, commit and push to the repository that cluster.yaml names';
    return [{ area: 'repository', subject, findings: [{ ...UNCOMMITTED, severity: 'warning', message, remedy }] }];
  }
  return [
    { area: 'repository', subject: 'generated files and secrets are committed', findings: await uncommitted(programs) },
    { area: 'repository', subject: 'commits are pushed', findings: await unpushed(programs) },
    {
      area: 'repository',
      subject: 'the remote is the configured one',
      findings: await strangeRemote(programs, configuration),
    },
  ];
}

const UNCOMMITTED = { code: 'workspace/uncommitted' } as const;

async function uncommitted(programs: Programs): Promise<Finding[]> {
  const paths = [...OUTPUT_ROOTS, '.cluster-template/manifest.json', 'cluster.sops.yaml'];
  const text = (await git(programs, ['status', '--porcelain=v1', '-z', '--', ...paths])) ?? '';
  const changed = text.split('\0').filter((entry) => entry !== '');
  if (changed.length === 0) return [];
  const first = changed[0]?.slice(3) ?? '';
  const files = changed.length === 1 ? '1 file is' : `${String(changed.length)} files are`;
  const message = `${files} not committed: ${first}${changed.length > 1 ? ', …' : ''}`;
  return [
    { ...UNCOMMITTED, severity: 'warning', message, remedy: 'commit and push them: Flux applies what is pushed' },
  ];
}

async function unpushed(programs: Programs): Promise<Finding[]> {
  const count = await git(programs, ['rev-list', '--count', '@{upstream}..HEAD']);
  if (count === '0') return [];
  const commits = count === '1' ? '1 commit is' : `${count ?? ''} commits are`;
  const message = count === undefined ? 'the branch follows no branch of a remote' : `${commits} not pushed`;
  const remedy = count === undefined ? 'run `git push --set-upstream origin HEAD`' : 'run `git push`';
  return [{ ...UNCOMMITTED, severity: 'warning', message, remedy }];
}

async function strangeRemote(programs: Programs, configuration: Configuration | undefined): Promise<Finding[]> {
  if (configuration === undefined) return [];
  const { repository_branch: wanted } = configuration.cluster;
  const { repository_name: name } = repositoryValues(configuration.cluster, false);
  const [branch, url] = await Promise.all([
    git(programs, ['branch', '--show-current']),
    git(programs, ['remote', 'get-url', 'origin']),
  ]);
  const findings: Finding[] = [];
  if (url !== undefined && !url.toLowerCase().includes(name.toLowerCase())) {
    const message = `the remote origin is another repository than \`repository_name\` ${name}, which Flux reads`;
    findings.push({ ...UNCOMMITTED, severity: 'warning', message, remedy: 'correct one of the two' });
  }
  if (branch !== undefined && branch !== '' && branch !== wanted) {
    const message = `the branch is ${branch}, and Flux follows \`repository_branch\` ${wanted}`;
    findings.push({ ...UNCOMMITTED, severity: 'warning', message, remedy: `merge it into ${wanted}` });
  }
  return findings;
}

async function git(programs: Programs, arguments_: readonly string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await programs.ask({ program: 'git', arguments: arguments_, quiet: true });
  // An entry of `git status` may start with a space.
  return exitCode === 0 ? stdout.trimEnd() : undefined;
}
