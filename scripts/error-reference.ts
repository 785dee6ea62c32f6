// Writes docs/errors.md from the list of finding codes: npm run docs. A test says when the page is out of date.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { FINDING_CODES, REMEDIES, type ListedCode } from '../src/report/codes.ts';

const AREAS: Readonly<Record<string, string>> = {
  config: 'The configuration: cluster.yaml and nodes.yaml',
  credentials: 'Keys and tokens in files that git ignores',
  sops: 'Encrypted files and .sops.yaml',
  render: 'makejinja.toml, templates and plugins',
  secrets: 'What may lie in plain text',
  manifests: 'The rendered manifests',
  workspace: 'The repository on disk',
  trust: 'Whose code is run, and what is kept for the user',
  programs: 'External programs',
  cluster: 'The nodes, the Kubernetes API and the domain',
  operations: 'Nodes and the cluster that runs on them',
  upgrade: 'Taking a newer version of the template',
  lint: 'Rules and their settings',
  apps: 'Commands on single apps',
  usage: 'How a command was called',
};

const INTRODUCTION = `# Errors

<!-- Made by scripts/error-reference.ts from src/report/codes.ts; edits are lost. -->

Every finding has a code, which stands in brackets behind its message and in \`--json\`. A code keeps its meaning. Errors end the
run before anything is written; warnings and notes do not.

\`\`\`text
cluster.yaml:11:12: error: \`node_cidr\` is 192.0.2.5/24, which has host bits set [config/host-bits]
  11 | node_cidr: 192.0.2.5/24
     |            ^^^^^^^^^^^^
  = did you mean 192.0.2.0/24?
\`\`\`

\`npx cluster-template explain config/host-bits\` prints what stands here of a code. The codes of lint that are not listed here are rules: [rules.md](rules.md) explains them. Where a line may hold a secret the excerpt is left out. Exit codes are listed in [operations.md](operations.md).
`;

/** The text of docs/errors.md. */
export async function errorReference(): Promise<string> {
  const sections = Object.entries(AREAS).map(([area, title]) => {
    const rows = Object.entries(FINDING_CODES).filter(([code]) => code.startsWith(`${area}/`));
    return `## ${title}\n\n| code | meaning | what mends it |\n|---|---|---|\n${rows.map(([code, meaning]) => `| \`${code}\` | ${meaning} | ${REMEDIES[code as ListedCode].replaceAll('cluster-template ', 'npx cluster-template ')} |\n`).join('')}`;
  });
  const path = errorPage();
  return await format([INTRODUCTION, ...sections].join('\n'), { ...(await resolveConfig(path)), filepath: path });
}

/** The page as it is committed. */
export async function committedErrorReference(): Promise<string> {
  return await readFile(errorPage(), 'utf8');
}

/** Path of the page; scripts and tests are started at the top of the repository. */
export function errorPage(): string {
  return join(process.cwd(), 'docs/errors.md');
}
