import { resolve } from 'node:path';
import { CREDENTIAL_FILES } from '../../cluster/credentials/read.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { checkFiles } from '../../operations/secrets/check.ts';
import {
  comparableText,
  conflictFinding,
  diffFile,
  holdsCiphertext,
  type KeyDiff,
  mergeFiles,
  mergeLines,
  notMerged,
} from '../../operations/secrets/git.ts';
import {
  changeRecipient,
  type ExposedSecret,
  finishRekey,
  type KeyChange,
  listRecipients,
  newKey,
  rekey,
  rotate,
} from '../../operations/secrets/keys.ts';
import { writePlain } from '../../operations/secrets/values.ts';
import { encryptedFiles, openVault, openVaultToWrite, readNamed } from '../../operations/secrets/vault.ts';
import { Failure, type Finding, inOrder } from '../../report/finding.ts';
import { countFindings } from '../../report/text.ts';
import { print, printBytes, printError, printSentences } from '../../system/terminal.ts';
import { below, replaceFile } from '../../system/writing.ts';
import { approve } from '../approve.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { count, printFindings, printJson } from '../output.ts';
import { pathsInside, rootOf, type RootOptions } from '../root.ts';

/** Options of the commands on keys and recipients. */
export interface KeyOptions extends RootOptions {
  readonly yes?: boolean;
  readonly plain?: boolean;
  readonly textconv?: boolean;
  readonly finish?: boolean;
  readonly cluster?: boolean;
  readonly postQuantum?: boolean;
  readonly output?: string;
  readonly force?: boolean;
}

/** `cluster-template secrets check`; gives back the exit code: 1 where a finding is an error. */
export async function runCheck(options: KeyOptions): Promise<number> {
  // All rules of lint: the other commands do without them.
  const { checkTracked } = await import('../../operations/doctor/leaks.ts');
  const { lint } = await import('../../pipeline/lint.ts');
  const root = await rootOf(options);
  const { files, verified, findings } = await checkFiles(await openVault(root));
  const tracked = await checkTracked(root);
  // Where there is no git the rules of lint are all that looks for plain secrets.
  const leaks =
    tracked.length === 0
      ? (await lint(root.path, { area: 'secret' })).findings.filter(({ place }) => !isLocalKey(place?.file))
      : tracked.flatMap((check) => check.findings);
  const named = new Set(findings.filter(({ severity }) => severity === 'error').map(({ place }) => place?.file));
  const isTold = ({ code, place }: Finding): boolean => /^secrets?\//.test(code) && named.has(place?.file);
  const all = inOrder([...findings, ...leaks.filter((finding) => !isTold(finding))]);
  const isFine = all.every(({ severity }) => severity !== 'error');
  if (options.json === true) printJson({ status: isFine ? 'fine' : 'findings', files, verified, findings: all });
  else {
    printFindings(all);
    const found = countFindings(all);
    print(
      `${count(files, 'encrypted file')} checked, the MAC of ${String(verified)} verified${found === '' ? '' : `: ${found}`}\n`,
    );
  }
  return isFine ? EXIT.done : EXIT.findings;
}

/** Whether a file is one of the local keys, which lie there on purpose. */
function isLocalKey(file: string | undefined): boolean {
  return Object.values(CREDENTIAL_FILES).some((name) => name === file);
}

/** `cluster-template secrets rotate`; gives back the exit code. */
export async function runRotate(files: readonly string[], options: KeyOptions): Promise<number> {
  const root = await rootOf(options);
  const paths = await pathsInside(root.path, files);
  const vault = await openVaultToWrite(root);
  return tellChange(await interruptible((signal) => rotate(vault, paths, { signal })), options);
}

/** `cluster-template secrets recipients list`; gives back the exit code. */
export async function runRecipients(options: KeyOptions): Promise<number> {
  const recipients = await listRecipients(await openVault(await rootOf(options)));
  if (options.json === true) printJson({ status: 'done', recipients });
  else {
    for (const { recipient, isOwner, isHere, files } of recipients) {
      const marks = [...(isOwner ? ['the cluster'] : []), ...(isHere ? ['its key is here'] : [])];
      print(`${recipient}${marks.length === 0 ? '' : `  (${marks.join(', ')})`}  ${count(files.length, 'file')}\n`);
    }
  }
  return EXIT.done;
}

/** `cluster-template secrets recipients add` and `remove`; gives back the exit code. */
export async function runRecipientChange(
  what: 'add' | 'remove',
  recipient: string,
  options: KeyOptions,
): Promise<number> {
  const vault = await openVaultToWrite(await rootOf(options));
  const change = what === 'add' ? { add: recipient } : { remove: recipient };
  return tellChange(await interruptible((signal) => changeRecipient(vault, change, { signal })), options);
}

function tellChange({ written, findings }: KeyChange, { json }: KeyOptions): number {
  if (json === true) printJson({ status: 'done', written, findings });
  else {
    printFindings(findings);
    print(written.map((path) => `${path}\n`).join(''));
    printSentences(
      written.length === 0
        ? 'nothing had to be changed\n'
        : `${count(written.length, 'file')} written: look at \`git diff --stat\`, commit and push\n`,
    );
  }
  return EXIT.done;
}

/** `cluster-template secrets rekey`; gives back the exit code. */
export async function runRekey(options: KeyOptions): Promise<number> {
  const root = await rootOf(options);
  const question =
    options.finish === true
      ? 'The old key is dropped from the cluster and from age.key. Has Flux applied what was encrypted anew?'
      : 'A new age key takes the place of the one of this cluster, and everything is encrypted anew. Go on?';
  if (!(await approve(options, question))) return EXIT.done;
  const vault = await openVaultToWrite(root);
  const tell = (line: string): void => {
    if (options.json !== true) printSentences(`${line}\n`);
  };
  return await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    const rekeyOptions = { programs, withoutCluster: options.cluster === false, signal, tell };
    if (options.finish === true) {
      const finished = await finishRekey(vault, rekeyOptions);
      if (options.json === true) printJson({ status: 'done', ...finished });
      return EXIT.done;
    }
    const result = await rekey(vault, rekeyOptions);
    if (options.json === true) printJson({ status: 'done', ...result });
    else tellRekeyed(result.exposed, options.cluster !== false);
    return EXIT.done;
  });
}

function tellRekeyed(exposed: readonly ExposedSecret[], isInCluster: boolean): void {
  print(
    '\nWhere the old key was seen by others, these are known, and git keeps the files that it opens. Change each at its source:\n',
  );
  for (const { path, key, what, how } of exposed)
    printSentences(worded(`- ${what}: \`${key}\` of ${path}\n    ${how}\n`));
  print('\n');
  const first = isInCluster
    ? ''
    : worded('bring the new key into the cluster (`cluster-template secrets rekey` again, where it can be reached), ');
  printSentences(
    worded(
      `Next: ${first}commit and push, wait until Flux has applied it (\`cluster-template reconcile\`), then \`cluster-template secrets rekey --finish\`.\n`,
    ),
  );
}

/** `cluster-template secrets keygen`; gives back the exit code. */
export async function runKeygen(options: KeyOptions): Promise<number> {
  const { text, recipient } = await newKey(options.postQuantum === true ? 'post-quantum' : 'x25519');
  if (options.output === undefined) printBytes(Buffer.from(text, 'utf8'));
  else
    await writePlain(
      { output: resolve(options.output), root: undefined },
      Buffer.from(text, 'utf8'),
      options.force === true,
    );
  if (options.json === true && options.output !== undefined)
    printJson({ status: 'done', recipient, output: options.output });
  else printError(`public key: ${recipient}\n`);
  return EXIT.done;
}

/** `cluster-template secrets diff`; gives back the exit code. */
export async function runDiff(files: readonly string[], options: KeyOptions): Promise<number> {
  if (options.textconv === true) return await convert(files, options);
  const root = await rootOf(options);
  const vault = await openVault(root);
  const wanted = new Set(await pathsInside(root.path, files));
  const diffs: KeyDiff[] = [];
  for (const { path, text } of await encryptedFiles(vault)) {
    const isWanted = wanted.size === 0 || [...wanted].some((one) => path === one || path.startsWith(`${one}/`));
    const diff = isWanted ? await diffFile(vault, path, text, 'HEAD') : undefined;
    if (diff !== undefined) diffs.push(diff);
  }
  if (options.json === true) printJson({ status: 'done', files: diffs });
  else
    for (const { path, added, changed, removed } of diffs) {
      print(`${path}\n`);
      for (const [mark, keys] of [
        ['+', added],
        ['~', changed],
        ['-', removed],
      ] as const)
        print(keys.map((key) => `  ${mark} ${key}\n`).join(''));
    }
  return EXIT.done;
}

/** As git asks for it: one file, whose name ends as the one in the repository does. */
async function convert([file = '']: readonly string[], options: KeyOptions): Promise<number> {
  const vault = await openVault(await rootOf(options));
  const bytes = await readNamed(resolve(file), file);
  const path = file.replaceAll('\\', '/').split('/').at(-1) ?? '';
  const text = await comparableText(
    vault,
    { path, text: Buffer.from(bytes).toString('utf8') },
    { plain: options.plain === true },
  );
  printBytes(Buffer.from(text.reveal(), 'utf8'));
  return EXIT.done;
}

/** `cluster-template secrets merge`, the merge driver of git; gives back the exit code: 1 where there are conflicts. */
export async function runMerge(
  {
    base,
    ours,
    theirs,
    file,
  }: { readonly base: string; readonly ours: string; readonly theirs: string; readonly file: string },
  options: KeyOptions,
): Promise<number> {
  const root = await rootOf(options);
  const vault = await openVault(root);
  const read = async (path: string): Promise<string> =>
    Buffer.from(await readNamed(resolve(path), path)).toString('utf8');
  const [path = ''] = await pathsInside(root.path, [file]);
  const texts = { base: await read(base), ours: await read(ours), theirs: await read(theirs) };
  if (!holdsCiphertext(texts.ours) && !holdsCiphertext(texts.theirs)) {
    const files = { base: resolve(base), ours: resolve(ours), theirs: resolve(theirs) };
    return (await mergeLines(root, files)) ? EXIT.done : EXIT.findings;
  }
  const { text, conflicts } = await mergeFiles(vault, { path, ...texts }).catch((error: unknown) => {
    throw error instanceof Failure ? notMerged(path, error) : error;
  });
  const place = resolve(ours);
  await replaceFile({ ...below(resolve(place, '..'), place.split('/').at(-1) ?? ''), isOfWork: true }, text);
  printFindings(conflicts.map((what) => conflictFinding(path, what)));
  return conflicts.length === 0 ? EXIT.done : EXIT.findings;
}
