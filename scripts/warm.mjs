// Runs the program on a repository that comes and goes, so that what is compiled for `configure` is there when somebody starts it first:
// V8's code in dist/compile-cache/, and the templates of the starter in dist/templates.json, found by their text as in the user's cache.
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeWhole } from './dist-folder.mjs';

const run = promisify(execFile);

/** Files of the repository beside the starter's templates. */
const FILES = ['cluster.yaml', 'nodes.yaml', 'makejinja.toml', 'templates/scripts/plugin.ts'];

/** Bytes before the content of an entry of the user's cache (src/system/user-folders.ts). */
const SEAL_LENGTH = 32;

/** Milliseconds: many times what it takes. */
const LONGEST = 60_000;

/**
 * @param root - this repository, whose dist/ has been built
 * @throws what went wrong: the program compiles at its first start then
 */
export async function warmUp(root) {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-template-warm-'));
  try {
    const repository = join(folder, 'repository');
    const cache = join(folder, 'cache');
    await layOut(root, repository);
    const { PATH } = process.env;
    const env = { PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state'), CLUSTER_TEMPLATE_CACHE: cache };
    const options = { cwd: folder, env: { ...env, CLUSTER_TEMPLATE_TRUST: folder }, timeout: LONGEST };
    const call = async (...words) => run(process.execPath, [join(root, 'bin/cluster-template.mjs'), ...words], options);
    const configure = async () => call('configure', '--yes', '--root', repository);
    // Keys are made and secrets encrypted once in the life of a repository: code for that would be read at each start.
    await configure();
    await rm(join(root, 'dist/compile-cache'), { recursive: true, force: true });
    await rm(cache, { recursive: true });
    // What it holds would be taken from it, and not be compiled again.
    await rm(join(root, 'dist/templates.json'), { force: true });
    await appendFile(join(repository, 'cluster.yaml'), 'acme_staging: true\n');
    await configure();
    await call('--help');
    await keepTemplates(root, cache);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function layOut(root, repository) {
  const files = JSON.parse(await readFile(join(root, 'dist/repository.json'), 'utf8'));
  for (const path of FILES) {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    // Those of a repository that depends on the tool, which has the templates in a package.
    await writeFile(join(repository, path), files[path].replaceAll('node_modules/cluster-template/', ''));
  }
  await mkdir(join(repository, 'templates/overrides'));
  const tunnel = {
    AccountTag: '0'.repeat(32),
    TunnelSecret: randomBytes(32).toString('base64'),
    TunnelID: randomUUID(),
  };
  await writeFile(join(repository, 'cloudflare-tunnel.json'), JSON.stringify({ ...tunnel, Endpoint: '' }));
  await cp(join(root, 'templates/config'), join(repository, 'templates/config'), { recursive: true });
}

async function keepTemplates(root, cache) {
  const name = (await readdir(cache)).find((one) => one.startsWith('templates-'));
  if (name === undefined) throw new Error('no compiled templates were kept');
  const entries = (await readFile(join(cache, name))).toString('utf8', SEAL_LENGTH);
  await writeWhole(join(root, 'dist/templates.json'), JSON.stringify({ entry: name, templates: JSON.parse(entries) }));
}
