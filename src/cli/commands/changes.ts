import { basename, dirname, resolve } from 'node:path';
import { changesBetween, isCommit } from '../../pipeline/changes.ts';
import { type Changes, changesHtml, changesMarkdown, changesText } from '../../changes/report.ts';
import { failure } from '../../report/finding.ts';
import { inspect } from '../../system/files.ts';
import { print, printResult } from '../../system/terminal.ts';
import { below, writeDisposableFile } from '../../system/writing.ts';
import { EXIT } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { anyRootOf, type RootOptions } from '../root.ts';

/** Options of `diff` between commits. */
export interface ChangesOptions extends RootOptions {
  readonly exitCode?: boolean;
  readonly format?: 'text' | 'markdown' | 'html' | 'json';
  readonly output?: string;
}

/** Commits that the arguments of `diff` name, with the repository that has them. */
interface NamedCommits {
  readonly folder: string;
  readonly before: string;
  /** Undefined for the files on disk. */
  readonly after: string | undefined;
}

/**
 * The commits that are meant by the arguments of `diff`; undefined where they are files. What is both is a file: a branch can be named
 * in full then, as `refs/heads/NAME`.
 *
 * @throws Failure of kind `usage` where options ask for commits and none is named, or the repository has nothing that is rendered
 */
export async function commitsAmong(
  names: readonly string[],
  options: ChangesOptions,
): Promise<NamedCommits | undefined> {
  const { kind, path: folder } = await anyRootOf(undefined, options);
  const [before, after, ...more] = names;
  const are = await Promise.all(
    names.map(async (name) => (await inspect(resolve(name))) === undefined && (await isCommit(folder, name))),
  );
  if (before !== undefined && more.length === 0 && are.every(Boolean)) return { folder, before, after };
  if (kind === 'other' || options.format !== undefined || options.output !== undefined) {
    const unknown = names.find((_, index) => are[index] !== true);
    throw failure('usage', {
      code: 'usage/argument',
      message: unknown === undefined ? 'diff takes one commit or two here' : `git knows no commit ${unknown}`,
      remedy: 'name a branch, a tag or a commit, as in `cluster-template diff main`; a shallow clone has few',
    });
  }
  return undefined;
}

/** `cluster-template diff COMMIT [COMMIT]`; gives back the exit code. */
export async function runChanges({ folder, before, after }: NamedCommits, options: ChangesOptions): Promise<number> {
  const changes = await changesBetween(folder, before, after);
  const { output, exitCode } = options;
  const format = options.json === true ? 'json' : (options.format ?? 'text');
  if (output !== undefined) {
    const path = resolve(output);
    await writeDisposableFile(below(dirname(path), basename(path)), Buffer.from(textOf(changes, format)));
    print(`what changes was written to ${output}\n`);
  } else if (format === 'json') printJson(toJson(changes));
  else printResult(textOf(changes, format));
  return exitCode === true && changes.objects.length > 0 ? EXIT.changes : EXIT.done;
}

function textOf(changes: Changes, format: NonNullable<ChangesOptions['format']>): string {
  switch (format) {
    case 'text':
      return changesText(changes);
    case 'markdown':
      return changesMarkdown(changes);
    case 'html':
      return changesHtml(changes);
    case 'json':
      return `${JSON.stringify(toJson(changes), undefined, 2)}\n`;
  }
}

/** Values of secrets are left out; a change says that there is one. */
function toJson({ before, after, objects }: Changes): object {
  return {
    status: 'done',
    before,
    after,
    objects: objects.map(({ what, kind, namespace, name, owner, file, isSecret, values, images, dangers }) => ({
      what,
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      ...(owner === undefined ? {} : { owner }),
      file,
      values: values.map((value) => (isSecret ? { path: value.path } : value)),
      images,
      dangers,
    })),
  };
}
