// The licences of what is bundled: whoever hands out dist/ hands out parts of these packages.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Name, version and licence of each package of which a bundle holds a part, as text.
 *
 * @param metafiles - esbuild's accounts of the bundles
 * @param root - folder that its paths are relative to
 * @returns {Promise<string>}
 * @throws where a package says nothing about its licence
 */
export async function noticesOf(metafiles, root) {
  const inputs = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) => Object.entries(inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  const folders = new Set(used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const notices = await Promise.all([...folders].map((folder) => noticeOf(join(root, folder))));
  const byName = [...new Set(notices)].sort();
  return `The files in this folder hold parts of the packages below, each under its own licence.\n${byName.join('')}`;
}

async function noticeOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e(?:\.|$)/i.test(one));
  if (license === undefined && file === undefined) throw new Error(`${name} says nothing about its licence`);
  const text = file === undefined ? '' : `\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
  return `\n${'-'.repeat(80)}\n${name} ${version}, ${license}\n${text}`;
}
