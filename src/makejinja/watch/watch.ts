import { relative, resolve } from 'node:path';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { clock } from '../../system/environment.ts';
import { watchFolders } from '../../system/folder-watch.ts';
import { kindAt } from '../../system/tree.ts';
import { type Clash, clashFinding, findClashes } from '../clashes.ts';
import { memoryCodeCache } from '../code-cache.ts';
import type { InputFile } from '../inputs.ts';
import type { LoadedSettings } from '../load-settings.ts';
import { checkClean, cleanOutput, isInside, outputTarget, type Target, tidyFolders } from '../output.ts';
import { loadFileData, loadInputs, loadVariables, type Project, type ProjectPlace, runHooks } from '../project.ts';
import { renderEach, type RenderedFile, type RenderResult, withoutRepeats } from '../render.ts';
import type { Settings } from '../settings.ts';
import {
  type Area,
  compareSnapshots,
  type FileChange,
  isEditorFile,
  isEmpty,
  type OutputPlace,
  type Snapshot,
  takeSnapshot,
  type WatchEvent,
  WatchOutputs,
} from './snapshot.ts';

/**
 * Renders a project, and again what a change touches whenever one of its files changes: a template, one that it includes,
 * data, a plugin, the settings. What is wrong is reported and does not end the watch.
 *
 * @param settingsFiles - absolute paths of the files that settings may come from
 * @param signal - ends the watch; the promise resolves then
 * @throws Failure of kind `usage` at the start, where such a project cannot be watched at all
 */
export async function watchProject(
  settingsFiles: readonly string[],
  options: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const session = new WatchSession(settingsFiles, options);
  await watchLoop({ update: () => session.update(), folders: () => session.folders() }, signal);
}

/** Something that is looked at again and again. */
interface Watched {
  /** Finds out what changed, and acts on it. Never called twice at a time. */
  readonly update: () => Promise<void>;
  /** The folders whose changes matter now; asked after every update. */
  readonly folders: () => Iterable<string>;
}

/** How long nothing more may happen before a burst of events counts as over. */
const SETTLE_MILLISECONDS = 10;

/** How long a burst of events can put off the next look. */
const PATIENCE_MILLISECONDS = 200;

/**
 * Looks once, and again whenever something happens in the folders, until the signal says stop. An event is no more than
 * a reason to look: none is lost that comes while an update is at work, and a burst of them is one look.
 */
export async function watchLoop(watched: Watched, signal: AbortSignal): Promise<void> {
  const bell = new Bell();
  const folders = watchFolders(() => {
    bell.ring();
  });
  const stop = (): void => {
    bell.ring();
  };
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      bell.silence();
      await watched.update();
      // What happened in a folder before it was watched, nobody told of.
      if (folders.set(watched.folders())) continue;
      await bell.rung(signal);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    folders.close();
  }
}

/** Events since the last look, and who waits for them. */
class Bell {
  #last = 0;
  #first = 0;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#last = clock.elapsedMilliseconds();
    if (this.#first === 0) this.#first = this.#last;
    this.#wake?.();
  }

  silence(): void {
    this.#first = 0;
  }

  /** Resolves when there was an event and the burst that it came in is over. */
  async rung(signal: AbortSignal): Promise<void> {
    if (this.#first === 0) await new Promise<void>((wake) => (this.#wake = wake));
    this.#wake = undefined;
    while (!signal.aborted && clock.elapsedMilliseconds() - this.#first < PATIENCE_MILLISECONDS) {
      const left = this.#last + SETTLE_MILLISECONDS - clock.elapsedMilliseconds();
      if (left <= 0) return;
      await clock.pause(left);
    }
  }
}

/** What a watch needs to know. */
export interface WatchOptions extends ProjectPlace {
  /** Reads the settings anew. */
  readonly loadSettings: () => Promise<Pick<LoadedSettings, 'settings' | 'files'>>;
  /** Told what happens. */
  readonly report: (event: WatchEvent) => void;
}

/** A project that is rendered again and again, each time as little of it as will do. */
export class WatchSession {
  readonly #options: WatchOptions;
  readonly #outputs: WatchOutputs;
  readonly #codeCache = memoryCodeCache();
  #settingsFiles: readonly string[];
  #snapshot: Snapshot;
  #settings: Settings | undefined;
  #target: Target | undefined;
  #project: Project | undefined;
  #results = new Map<string, RenderResult>();
  /** What has to be read again, as it changed or could not be read the last time. */
  readonly #stale = new Set<Area>(['settings']);
  /** Absolute paths of files that changed since they were read. */
  readonly #changed = new Set<string>();
  #isStarted = false;

  /** @param settingsFiles - absolute paths of the files that settings may come from */
  constructor(settingsFiles: readonly string[], options: WatchOptions) {
    this.#options = { ...options, isFresh: true };
    this.#outputs = new WatchOutputs(options.report);
    this.#settingsFiles = settingsFiles;
    this.#snapshot = takeSnapshot(settingsFiles, undefined, options);
  }

  /** Folders in which a change may matter. */
  folders(): ReadonlySet<string> {
    return this.#snapshot.folders;
  }

  /**
   * Looks what changed since the last time, renders what that touches and reports it. What is wrong is reported too.
   *
   * @throws Failure of kind `usage` at the start, where such a project cannot be watched at all
   */
  async update(): Promise<void> {
    const changes = await this.#look();
    for (const { area, path } of changes) {
      this.#stale.add(area);
      this.#changed.add(path);
    }
    if (changes.length > 0 && this.#isStarted) this.#options.report({ kind: 'changed', changes });
    else if (this.#isStarted) return;
    this.#isStarted = true;
    try {
      await this.#renderStale();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.kind === 'usage' && this.#settings === undefined) throw error;
      this.#options.report({ kind: 'wrong', findings: error.findings });
    }
  }

  /** An editor that saves may empty a file, or move it away, a moment before it is whole again. */
  async #look(): Promise<FileChange[]> {
    const first = this.#compare();
    if (!first.changes.some((change) => isPerhapsHalf(change, first.now))) return this.#take(first);
    await clock.pause(HALF_SAVED_MILLISECONDS);
    return this.#take(this.#compare());
  }

  #compare(): { readonly now: Snapshot; readonly changes: FileChange[] } {
    const now = takeSnapshot(this.#settingsFiles, this.#settings, this.#options);
    return { now, changes: compareSnapshots(this.#snapshot, now) };
  }

  #take({ now, changes }: { readonly now: Snapshot; readonly changes: FileChange[] }): FileChange[] {
    this.#snapshot = now;
    return changes;
  }

  async #renderStale(): Promise<void> {
    if (this.#stale.has('settings')) await this.#readSettings();
    const settings = this.#settings;
    const target = this.#target;
    if (settings === undefined || target === undefined) return;
    const before = this.#project;
    const project = await this.#readProject(settings, before);
    const touched = touchedOutputs(project, before, this.#results);
    this.#project = project;
    this.#stale.clear();
    this.#changed.clear();
    await this.#renderOutputs(project, touched, target);
  }

  /** New settings may mean other files, and other places: everything is done as at the start. */
  async #readSettings(): Promise<void> {
    const { folder, loadSettings } = this.#options;
    const { settings, files } = await loadSettings();
    refuseUnwatchable(settings, folder);
    const target = outputTarget(settings, folder);
    if (target.kind === 'standard output') throw unwatchable('the output is standard output');
    const isFirst = this.#settings === undefined;
    if (isFirst) checkClean(target, settings, folder);
    await runHooks('exec_pre', settings.execPre, folder);
    if (isFirst) await cleanOutput(target, settings);
    this.#settings = settings;
    this.#settingsFiles = files;
    this.#target = target;
    this.#project = undefined;
    this.#snapshot = takeSnapshot(files, settings, this.#options);
    this.#stale.delete('settings');
  }

  async #readProject(settings: Settings, before: Project | undefined): Promise<Project> {
    const { folder } = this.#options;
    const needsVariables = before === undefined || this.#stale.has('data') || this.#stale.has('plugin');
    const variables = needsVariables ? await loadVariables(settings, this.#options) : before;
    const fileData =
      !needsVariables && this.#stale.has('file data') ? await loadFileData(settings, folder) : variables.fileData;
    const known = new Map(
      [...(before?.inputs.files.values() ?? [])].map((file) => [resolve(folder, file.source), file]),
    );
    const inputs = await loadInputs(settings, variables.plugins, {
      ...this.#options,
      wants: (path) => !isEditorFile(path),
      known: (path) => (this.#changed.has(path) ? undefined : known.get(path)),
    });
    return { settings, plugins: variables.plugins, fileData, inputs };
  }

  async #renderOutputs(project: Project, touched: ReadonlySet<string>, target: Target): Promise<void> {
    const { settings, inputs } = project;
    const { folder, report } = this.#options;
    const place = { settings, target, folder };
    const outputs = new Map([...inputs.outputs].filter(([path]) => touched.has(path)));
    const isFirst = this.#results.size === 0;
    const results = renderEach({ ...project, inputs: { ...inputs, outputs }, codeCache: this.#codeCache });
    const gone = [...this.#results.keys()].filter((path) => !inputs.outputs.has(path));
    let [written, removed] = [0, 0];
    const findings: Finding[] = [];
    for (const path of gone) if (await this.#outputs.remove(path, place)) removed += 1;
    for (const path of gone) this.#results.delete(path);
    for (const [path, result] of results) this.#results.set(path, result);
    const clashes = clashesAmong(this.#results, project);
    findings.push(...clashes.map(clashFinding));
    const clashing = new Set(clashes.map(({ second }) => second.path));
    for (const [path, result] of results) {
      if (result.finding !== undefined) findings.push(result.finding);
      else if (clashing.has(path)) this.#results.delete(path);
      else if (result.file === undefined) removed += Number(await this.#outputs.remove(path, place));
      else written += Number(this.#write(path, result.file, place, findings));
    }
    if (isFirst && target.kind === 'folder') await tidyFolders(target.path, settings, folder);
    if (findings.length > 0) report({ kind: 'wrong', findings: withoutRepeats(findings) });
    if (written + removed > 0) await runHooks('exec_post', settings.execPost, folder);
    report({ kind: 'done', written, removed, outputs: results.size });
  }

  /** A file that cannot be written is told like any mistake, and tried again with the next change. */
  #write(path: string, file: RenderedFile, place: OutputPlace, findings: Finding[]): boolean {
    try {
      return this.#outputs.write(file, place);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      findings.push(...error.findings);
      this.#results.delete(path);
      return false;
    }
  }
}

/** A result that has no place is tried again with the next change. */
function clashesAmong(results: ReadonlyMap<string, RenderResult>, { settings, inputs }: Project): Clash[] {
  const files = [...results.values()].flatMap(({ file }) => file ?? []);
  const clashes = [...inputs.rivals, ...findClashes(files)];
  return settings.force ? clashes : clashes.filter(({ kind }) => kind === 'folded');
}

/** How long a file that is empty or gone may take to come back before that is believed. */
const HALF_SAVED_MILLISECONDS = 25;

function isPerhapsHalf({ area, path, change }: FileChange, now: Snapshot): boolean {
  return change === 'removed' || isEmpty(now.files.get(area)?.get(path) ?? '');
}

function refuseUnwatchable({ inputs, output }: Settings, folder: string): void {
  if (inputs.includes('/dev/stdin')) throw unwatchable('the input is standard input');
  const place = resolve(folder, output);
  const around = inputs
    .map((input) => resolve(folder, input))
    .find((input) => kindAt(input) === 'folder' && isInside(input, place));
  if (around === undefined) return;
  throw unwatchable(
    `the output ${output} lies in the input ${relative(folder, around) || '.'}, so every result would be an input again`,
  );
}

function unwatchable(reason: string): Failure {
  return failure('usage', { code: 'usage/argument', message: `this project cannot be watched: ${reason}` });
}

/** Paths of the outputs that may come out differently now. */
function touchedOutputs(
  project: Project,
  before: Project | undefined,
  results: ReadonlyMap<string, RenderResult>,
): ReadonlySet<string> {
  const paths = [...project.inputs.outputs.keys()];
  if (before?.plugins !== project.plugins) return new Set(paths);
  const names = changedNames(before.inputs.files, project.inputs.files);
  const touched = paths.filter((path) => {
    const result = results.get(path);
    const file = project.inputs.outputs.get(path)?.file;
    if (result === undefined || file === undefined) return true;
    if (!isSame(before.inputs.outputs.get(path)?.file, file)) return true;
    if (before.fileData !== project.fileData && project.fileData.has(file.name)) return true;
    return [...result.templates].some((name) => names.has(name));
  });
  return new Set(touched);
}

/** Names that stand for another text than before, or that came or went. */
function changedNames(
  before: ReadonlyMap<string, InputFile>,
  now: ReadonlyMap<string, InputFile>,
): ReadonlySet<string> {
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return new Set(names.filter((name) => !isSame(before.get(name), now.get(name))));
}

function isSame(before: InputFile | undefined, now: InputFile | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return (
    before.source === now.source &&
    before.mode === now.mode &&
    (before.bytes === now.bytes || before.bytes.equals(now.bytes))
  );
}
