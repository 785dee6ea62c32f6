import { relative, resolve } from 'node:path';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { pause } from '../../system/environment.ts';
import { kindAt } from '../../system/tree.ts';
import { clashFinding, findClashes, type Clash } from '../clashes.ts';
import { memoryCodeCache } from '../code-cache.ts';
import type { InputFile } from '../inputs.ts';
import { loadFileData } from '../load-data.ts';
import { loadInputs, loadVariables, type Project, type ProjectPlace } from '../load-project.ts';
import type { LoadedSettings } from '../load-settings.ts';
import { checkClean, cleanOutput, isInside, outputTarget, tidyFolders, type Target } from '../output.ts';
import { runHooks } from '../project.ts';
import { renderEach, withoutRepeats, type RenderedFile, type RenderResult } from '../render.ts';
import type { Settings } from '../settings.ts';
import type { WatchEvent } from './events.ts';
import { WatchOutputs, type OutputPlace } from './outputs.ts';
import {
  compareSnapshots,
  isEditorFile,
  isEmpty,
  takeSnapshot,
  type Area,
  type FileChange,
  type Snapshot,
} from './snapshot.ts';

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
    await pause(HALF_SAVED_MILLISECONDS);
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
