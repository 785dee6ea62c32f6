import { relative, resolve } from 'node:path';
import { variablesWithoutSecrets } from '../../cluster/config/secrets.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import {
  type Changed,
  decryptFile,
  type Editor,
  editFile,
  encryptFiles,
  type PlainFile,
  setValue,
  show,
} from '../../operations/secrets/values.ts';
import {
  encryptedFiles,
  listEncrypted,
  openVault,
  openVaultToWrite,
  readNamed,
  readPresent,
  type Vault,
} from '../../operations/secrets/vault.ts';
import { failure, type Finding } from '../../report/finding.ts';
import { Secret } from '../../report/redaction.ts';
import { parseValuePath } from '../../sops/values.ts';
import { environment } from '../../system/environment.ts';
import { readStandardInput } from '../../system/files.ts';
import { findProgram, runAttached } from '../../system/programs.ts';
import {
  ask,
  askSecret,
  confirm,
  isInteractive,
  print,
  printBytes,
  printError,
  printSentences,
} from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { attended, interruptible } from '../interrupt.ts';
import { count, printFindings, printJson } from '../output.ts';
import { pathsInside, rootOf, type RootOptions } from '../root.ts';

/** Options of the commands on files and values. */
export interface SecretOptions extends RootOptions {
  readonly masked?: boolean;
  readonly decode?: boolean;
  readonly commit?: string;
  readonly asIs?: boolean;
  readonly raw?: boolean;
  readonly force?: boolean;
  readonly output?: string;
}

/** `cluster-template secrets show`; gives back the exit code. */
export async function runShow(
  file: string | undefined,
  path: string | undefined,
  options: SecretOptions,
): Promise<number> {
  const root = await rootOf(options);
  const vault = await openVault(root);
  if (file === undefined) return await listFiles(vault, options);
  const [name = ''] = await pathsInside(root.path, [file]);
  const shown = await show(vault, name, path === undefined ? undefined : parseValuePath(path), options);
  const what = shown.key === undefined ? name : `\`${shown.key}\` of ${name}`;
  const content = Buffer.from(shown.content.reveal());
  if (options.json === true) {
    // What was asked for is not masked.
    printBytes(
      Buffer.from(
        `${JSON.stringify({ status: 'done', path: name, key: shown.key, content: content.toString('utf8') }, undefined, 2)}\n`,
      ),
    );
    return EXIT.done;
  }
  printError(
    options.masked === true ? `${what}, its values masked:\n` : `the plain text of ${what}, which is a secret:\n`,
  );
  printBytes(content);
  if (process.stdout.isTTY && content.at(-1) !== 0x0a) print('\n');
  return EXIT.done;
}

async function listFiles(vault: Vault, { json }: SecretOptions): Promise<number> {
  const found = await listEncrypted(vault);
  const files = found.map(({ path, recipients, generated }) => ({ path, recipients, generated }));
  if (json === true) printJson({ status: 'done', files });
  else {
    print(files.map(({ path, generated }) => `${path}${generated ? '  (generated)' : ''}\n`).join(''));
    print(`${count(files.length, 'encrypted file')}\n`);
  }
  return EXIT.done;
}

/** `cluster-template secrets set`; gives back the exit code. */
export async function runSet(file: string, path: string, options: SecretOptions): Promise<number> {
  const root = await rootOf(options);
  const [name = ''] = await pathsInside(root.path, [file]);
  const at = parseValuePath(path);
  const vault = await openVaultToWrite(root);
  // Nobody types a secret for a file that is not there.
  await readPresent(vault, name);
  const value = await readSecret(`${path} of ${name}: `);
  const result = await interruptible((signal) => setValue(vault, { path: name, at }, value, { ...options, signal }));
  const how = result.encoded ? ', in base64 as `data` of a Secret is' : '';
  return tell(
    result,
    options,
    result.outcome === 'unchanged' ? 'it says that already' : `set ${result.keys.join(', ')}${how}`,
  );
}

/** A secret from the prompt of a terminal, else from standard input, whose last line break is none of it. */
async function readSecret(question: string): Promise<Secret> {
  if (process.stdin.isTTY) return await askSecret(question);
  return new Secret((await readStandardInput()).toString('utf8').replace(/\r?\n$/, ''));
}

/** `cluster-template secrets encrypt`; gives back the exit code. */
export async function runEncrypt(files: readonly string[], options: SecretOptions): Promise<number> {
  const root = await rootOf(options);
  const { output } = options;
  if (output !== undefined && files.length > 1) throw usage('--output is for one file');
  if (output === undefined && files.includes('-')) throw usage('standard input has no name: give --output');
  const vault = await openVaultToWrite(root);
  const plain: PlainFile[] = [];
  for (const file of files) plain.push(await readPlainFile(vault, file, output ?? file));
  const results = await interruptible((signal) => encryptFiles(vault, plain, { ...options, signal }));
  if (options.json === true) printJson({ status: 'done', files: results });
  else {
    for (const { path, findings } of results) {
      printFindings(findings);
      print(`encrypted ${path}\n`);
    }
    if (output !== undefined && !files.includes('-')) {
      printSentences(`${files[0] ?? ''} still holds the plain text: remove it where it is not needed\n`);
    }
  }
  return EXIT.done;
}

async function readPlainFile(vault: Vault, file: string, output: string): Promise<PlainFile> {
  const { path: top } = vault.root;
  const [path = ''] = await pathsInside(top, [output]);
  if (file === '-') return { plain: await readStandardInput(), path, source: undefined };
  if (/^\.\.(?:\/|$)/.test(relative(top, resolve(file)).replaceAll('\\', '/'))) {
    return { plain: await readNamed(resolve(file), file), path, source: undefined };
  }
  const [source = ''] = await pathsInside(top, [file]);
  return { plain: await readPresent(vault, source), path, source };
}

/** `cluster-template secrets decrypt`; gives back the exit code. */
export async function runDecrypt(file: string, options: SecretOptions): Promise<number> {
  const root = await rootOf(options);
  const [name = ''] = await pathsInside(root.path, [file]);
  const output = resolve(options.output ?? '');
  await decryptFile(await openVault(root), name, { output, force: options.force === true });
  if (options.json === true) printJson({ status: 'done', path: name, output });
  else
    printSentences(
      `${options.output ?? ''} holds the plain text of ${name}: remove it when it is not needed any more\n`,
    );
  return EXIT.done;
}

/** `cluster-template secrets edit`; gives back the exit code. */
export async function runEdit(file: string | undefined, options: SecretOptions): Promise<number> {
  const root = await rootOf(options);
  const vault = await openVaultToWrite(root);
  const name = file === undefined ? await chooseFile(vault) : (await pathsInside(root.path, [file]))[0];
  const program = await editorOf();
  const result = await attended((signal) => editFile(vault, name ?? '', editorFor(program, root, signal), options));
  const said = {
    created: 'made and encrypted',
    changed: 'encrypted again',
    unchanged: 'nothing changed, nothing was written',
  };
  const keys = result.keys.length === 0 ? '' : `: ${result.keys.join(', ')} changed`;
  // It was told before the editor opened.
  return tell(
    { ...result, findings: options.json === true ? result.findings : [] },
    options,
    `${said[result.outcome]}${keys}`,
  );
}

async function chooseFile(vault: Vault): Promise<string> {
  const files = (await encryptedFiles(vault)).map(({ path }) => path);
  if (files.length === 0) throw usage('there is no encrypted file here');
  if (!isInteractive()) throw usage(`a file has to be named; there are ${files.join(', ')}`);
  print(files.map((path, index) => `${String(index + 1).padStart(3)}  ${path}\n`).join(''));
  for (;;) {
    const answer = await ask('Which one, by its number or a part of its name? ');
    const found = /^\d+$/.test(answer) ? [files[Number(answer) - 1]] : files.filter((path) => path.includes(answer));
    const [only] = found;
    if (found.length === 1 && only !== undefined) return only;
    print(found.length > 1 && answer !== '' ? `${count(found.length, 'file')} match\n` : 'there is no such file\n');
  }
}

/** The line that starts the editor of the user, for a shell, as git takes it. */
async function editorOf(): Promise<string> {
  const { SOPS_EDITOR, VISUAL, EDITOR, PATH = '' } = environment();
  const named = [SOPS_EDITOR, VISUAL, EDITOR].find((one) => one !== undefined && one.trim() !== '');
  if (named !== undefined) return named;
  for (const name of ['vim', 'nano', 'vi']) if ((await findProgram(name, PATH)) !== undefined) return name;
  throw failure('outside', {
    code: 'programs/missing',
    message: 'there is no editor: neither VISUAL nor EDITOR is set, and vim, nano and vi are not installed',
    remedy: 'name one in EDITOR, or change one value with `cluster-template secrets set`',
  });
}

function editorFor(line: string, { path: cwd }: ClusterRoot, signal: AbortSignal): Editor {
  return {
    signal,
    // The age key and the secrets of cluster.yaml are none of its business.
    open: (file) =>
      runAttached('sh', ['-c', `${line} "$1"`, 'editor', file], {
        cwd,
        environment: variablesWithoutSecrets(),
        signal,
      }),
    tell: printFindings,
    again: async (findings: readonly Finding[]) => {
      if (!isInteractive()) return false;
      printFindings(findings);
      return await confirm('nothing is written yet; open the editor again?');
    },
  };
}

function tell({ path, outcome, keys, findings }: Changed, { json }: SecretOptions, said: string): number {
  if (json === true) printJson({ status: 'done', path, outcome, keys, findings });
  else {
    printFindings(findings);
    printSentences(`${path}: ${said}\n`);
  }
  return EXIT.done;
}

function usage(message: string): Error {
  return failure('usage', { code: 'usage/argument', message });
}
