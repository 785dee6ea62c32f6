import { repositoryNameOf } from '../../cluster/computed/repository.ts';
import type { Configuration } from '../../cluster/config/generated/types.ts';
import { type ClusterRoot, OUTPUT_ROOTS } from '../../cluster/root.ts';
import { uncommittedBelow } from '../../pipeline/git.ts';
import { INVENTORY_FILE } from '../../pipeline/state.ts';
import type { Finding } from '../../report/finding.ts';
import { askGit, askGitForPaths } from '../../system/git.ts';
import { type Check, staleFindings } from './configuration.ts';

/** What Flux would not see: changes that are not committed, commits that are not pushed, another repository or branch than the configured one. */
export async function checkRepository(root: ClusterRoot, configuration: Configuration | undefined): Promise<Check[]> {
  const subject = 'git';
  const { exitCode, missing } = await askGit(root.path, ['rev-parse', '--git-dir']);
  if (missing) return [];
  if (exitCode !== 0) {
    const message = 'this is no git repository: Flux reads the cluster from one';
    const remedy = 'run `git init`, commit and push to the repository that cluster.yaml names';
    return [{ area: 'repository', subject, findings: [{ ...UNCOMMITTED, severity: 'warning', message, remedy }] }];
  }
  const url = await git(root, ['remote', 'get-url', 'origin']);
  return [
    { area: 'repository', subject: 'generated files and secrets are committed', findings: await uncommitted(root) },
    { area: 'repository', subject: 'commits are pushed', findings: await unpushed(root, url) },
    {
      area: 'repository',
      subject: url === undefined ? 'the branch is the configured one' : 'the remote is the configured one',
      findings: await strangeRemote(root, configuration, url),
    },
    { area: 'repository', subject: 'no code caches in git', findings: await trackedCaches(root) },
  ];
}

const UNCOMMITTED = { code: 'workspace/uncommitted' } as const;
const ELSEWHERE = { code: 'workspace/remote' } as const;

async function uncommitted(root: ClusterRoot): Promise<Finding[]> {
  const paths = [...OUTPUT_ROOTS, INVENTORY_FILE, 'cluster.sops.yaml'];
  const changed = (await uncommittedBelow(root, paths, { ignored: false })) ?? [];
  const [first] = changed;
  if (first === undefined) return [];
  const files = changed.length === 1 ? '1 file is' : `${String(changed.length)} files are`;
  const message = `${files} not committed: ${first}${changed.length > 1 ? ', …' : ''}`;
  return [
    { ...UNCOMMITTED, severity: 'warning', message, remedy: 'commit and push them: Flux applies what is pushed' },
  ];
}

async function unpushed(root: ClusterRoot, url: string | undefined): Promise<Finding[]> {
  const count = await git(root, ['rev-list', '--count', '@{upstream}..HEAD']);
  if (count === '0') return [];
  const commits = count === '1' ? '1 commit is' : `${count ?? ''} commits are`;
  const message = count === undefined ? 'the branch follows no branch of a remote' : `${commits} not pushed`;
  const push = count === undefined ? 'run `git push --set-upstream origin HEAD`' : 'run `git push`';
  const add = 'name the repository that Flux reads with `git remote add origin URL`, then ';
  const remedy = count === undefined && url === undefined ? add + push : push;
  return [{ ...UNCOMMITTED, severity: 'warning', message, remedy }];
}

async function strangeRemote(
  root: ClusterRoot,
  configuration: Configuration | undefined,
  url: string | undefined,
): Promise<Finding[]> {
  if (configuration === undefined) return [];
  const { repository_branch: wanted } = configuration.cluster;
  const name = repositoryNameOf(configuration.cluster);
  const branch = await git(root, ['branch', '--show-current']);
  const findings: Finding[] = [];
  if (url !== undefined && !url.toLowerCase().includes(name.toLowerCase())) {
    const message = `the remote origin is another repository than \`repository_name\` ${name}, which Flux reads`;
    findings.push({ ...ELSEWHERE, severity: 'warning', message, remedy: 'correct one of the two' });
  }
  if (branch !== undefined && branch !== '' && branch !== wanted) {
    const message = `the branch is ${branch}, and Flux follows \`repository_branch\` ${wanted}`;
    findings.push({ ...ELSEWHERE, severity: 'warning', message, remedy: `merge it into ${wanted}` });
  }
  return findings;
}

/** Earlier versions kept compiled code there. Nothing reads it any more; whoever commits it wants somebody to run it. */
async function trackedCaches(root: ClusterRoot): Promise<Finding[]> {
  const folder = '.cluster-template/cache';
  const [first, ...others] = (await askGitForPaths(root.path, ['ls-files', '-z', '--', folder])) ?? [];
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${String(others.length)} more`;
  return [
    {
      code: 'trust/tracked-cache',
      severity: 'warning',
      message: `git tracks ${first}${more}: code that an earlier version would have run; it is not read`,
      place: { file: first },
      remedy: `ask \`git log -- ${folder}\` who put it there, then run \`git rm -r ${folder}\``,
    },
  ];
}

async function git(root: ClusterRoot, arguments_: readonly string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await askGit(root.path, arguments_);
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** What Flux would not see yet: inputs that were not rendered, changes that are not committed, commits that are not pushed. */
export async function unseenChanges(root: ClusterRoot): Promise<Finding[]> {
  const checks = await checkRepository(root, undefined);
  return [...(await staleFindings(root)), ...checks.flatMap(({ findings }) => findings)];
}
