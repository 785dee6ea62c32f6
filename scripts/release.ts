// Called by `npm version …` between the new version in package.json and its commit: the version goes to where else it stands.
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { ownershipOf } from '../src/upgrade/owners.ts';
import { TEMPLATE_FILE } from '../src/upgrade/template.ts';
import { inChangelog, inTemplateRecord } from './release-texts.ts';

const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
const day = new Date().toISOString().slice(0, 10);

const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(Boolean);
const unknown = files.filter((path) => ownershipOf(path) === undefined);
if (unknown.length > 0) throw new Error(`src/upgrade/owners.ts does not say whose these are: ${unknown.join(', ')}`);

await edit(TEMPLATE_FILE, (text) => inTemplateRecord(text, version));
await edit('CHANGELOG.md', (text) => inChangelog(text, version, day));
// The inventories name the version that rendered their tree.
execFileSync('npm', ['run', '--silent', 'golden'], { stdio: 'inherit' });
execFileSync('git', ['add', '--update'], { stdio: 'inherit' });

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}
