// What a run would do: files, their diffs and where each line comes from.
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { FileExplanation, KeyExplanation, KeyUse, PlannedFile, PlanStatus, SourceLine } from '../api.ts';
import {
  base,
  call,
  check,
  DOCUMENTS,
  explain,
  explanation,
  go,
  isConfirming,
  openFile,
  pathOf,
  pending,
  plan,
  showField,
  showLine,
} from './store.ts';
import { Busy, Button, counted, Empty, FindingNote, useAnswer } from './ui.tsx';

const STATUS: Readonly<Record<PlanStatus, { readonly sign: string; readonly word: string; readonly tone: string }>> = {
  created: { sign: '+', word: 'created', tone: 'green' },
  changed: { sign: '±', word: 'changed', tone: 'accent' },
  removed: { sign: '−', word: 'removed', tone: 'red' },
  edited: { sign: '!', word: 'edited by hand', tone: 'amber' },
  foreign: { sign: '!', word: 'not ours', tone: 'amber' },
  adopted: { sign: '=', word: 'taken over', tone: 'accent' },
  left: { sign: '·', word: 'left', tone: '' },
  unchanged: { sign: '·', word: 'unchanged', tone: '' },
};
const ORDER = Object.keys(STATUS) as PlanStatus[];

export function Plan(): JSX.Element {
  const known = plan.value;
  const [words, setWords] = useState('');
  if (known === undefined) return <Busy text="The plan is being made" />;
  if (!known.isPossible) {
    return (
      <div class="page">
        <Empty title="There is no plan as things stand." />
        {known.findings.map((finding, index) => (
          <FindingNote key={index} finding={finding} hasPlace />
        ))}
      </div>
    );
  }
  if (known.files.length === 0) {
    return (
      <Empty title="Nothing would change.">
        <p>
          {counted(known.counts.unchanged ?? 0, 'file')} of the tree {known.counts.unchanged === 1 ? 'is' : 'are'} as
          the configuration has it.
        </p>
      </Empty>
    );
  }
  const found = known.files.filter(({ path }) => path.toLowerCase().includes(words.toLowerCase()));
  const chosen = known.files.find(({ path }) => path === openFile.value) ?? found[0];
  return (
    <div class="plan">
      <nav class="plan-files" aria-label="Files of the plan">
        <div class="form-bar">
          <input
            type="search"
            class="input"
            placeholder="Filter files"
            aria-label="Filter files"
            value={words}
            onInput={({ currentTarget }) => {
              setWords(currentTarget.value);
            }}
          />
        </div>
        <div class="plan-list">
          {known.refusals.map((finding, index) => (
            <FindingNote key={index} finding={finding} hasPlace />
          ))}
          {ORDER.map((status) => (
            <FileGroup
              key={status}
              status={status}
              files={found.filter((file) => file.status === status)}
              chosen={chosen?.path}
            />
          ))}
        </div>
      </nav>
      {chosen === undefined ? <Empty title="No file has these letters." /> : <Diff file={chosen} />}
    </div>
  );
}

function FileGroup({
  status,
  files,
  chosen,
}: {
  readonly status: PlanStatus;
  readonly files: readonly PlannedFile[];
  readonly chosen: string | undefined;
}): JSX.Element | null {
  if (files.length === 0) return null;
  const { sign, word, tone } = STATUS[status];
  return (
    <section>
      <h2 class="plan-status">
        {files.length} {word}
      </h2>
      <ul>
        {files.map(({ path, added, removed, secret }) => (
          <li key={path}>
            <button
              type="button"
              class="plan-file"
              aria-current={path === chosen}
              title={path}
              onClick={() => {
                openFile.value = path;
              }}
            >
              <span class={`sign ${tone}`} aria-hidden="true">
                {sign}
              </span>
              <Path path={path} />
              {secret && <span class="tag">encrypted</span>}
              <span class="numbers">
                {added > 0 && <span class="green">+{added}</span>} {removed > 0 && <span class="red">−{removed}</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The name of a file first, as its folders may be cut off. */
function Path({ path }: { readonly path: string }): JSX.Element {
  const at = path.lastIndexOf('/') + 1;
  return (
    <span class="path">
      <span class="path-name">{path.slice(at)}</span>
      {at > 0 && <span class="path-folder">{path.slice(0, at - 1)}</span>}
    </span>
  );
}

interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'hunk';
  readonly text: string;
  readonly old?: number;
  readonly fresh?: number;
}

/** Lines of a unified diff with their numbers on both sides; its head is left out. */
function diffLines(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let [old, fresh] = [0, 0];
  let isInside = false;
  for (const line of diff.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/.exec(line);
    if (hunk !== null) {
      [old, fresh] = [Number(hunk[1]), Number(hunk[2])];
      isInside = true;
      lines.push({ kind: 'hunk', text: line });
    } else if (!isInside) continue;
    else if (line.startsWith('+')) lines.push({ kind: 'added', text: line.slice(1), fresh: fresh++ });
    else if (line.startsWith('-')) lines.push({ kind: 'removed', text: line.slice(1), old: old++ });
    else if (line.startsWith(' ')) lines.push({ kind: 'same', text: line.slice(1), old: old++, fresh: fresh++ });
  }
  return lines;
}

/** More lines than these are made when they are asked for. */
const MANY_LINES = 800;

function Diff({ file }: { readonly file: PlannedFile }): JSX.Element {
  const { path, status, changedKeys } = file;
  const [isWhole, setWhole] = useState(false);
  const { answer, why } = useAnswer(
    async () => file.diff ?? (await call('diff', { path, pending: pending.value })).diff,
    [file],
  );
  useEffect(() => {
    setWhole(false);
  }, [path]);
  const lines = useMemo(() => diffLines(answer ?? ''), [answer]);
  const { tone, word } = STATUS[status];
  const told = explanation.value?.title;
  return (
    <section class="diff" aria-label={`Difference of ${path}`}>
      <div class="pane-bar">
        <code class="diff-path">{path}</code>
        <span class={`tag ${tone}`}>{word}</span>
        <span class="spacer" />
        {status !== 'removed' && (
          <Button icon="trace" kind="quiet" onClick={() => void explain({ file: path })}>
            Explain
          </Button>
        )}
      </div>
      {changedKeys.length > 0 && <p class="diff-note">Values that change, encrypted: {changedKeys.join(', ')}</p>}
      {why !== undefined && <p class="diff-note red">{why}</p>}
      <div class="diff-body" tabIndex={0} role="region" aria-label="Lines">
        {lines.length === 0 && answer !== undefined && <p class="diff-note">No line to show.</p>}
        <ol class="diff-lines">
          {lines.slice(0, isWhole ? undefined : MANY_LINES).map(({ kind, text, old, fresh }, index) => {
            const canTell = fresh !== undefined && status !== 'removed';
            const body = (
              <>
                <span class="number">{old}</span>
                <span class="number">{fresh}</span>
                <span class="mark" aria-hidden="true">
                  {kind === 'added' ? '+' : kind === 'removed' ? '−' : ''}
                </span>
                <span class="line-text">{text === '' ? ' ' : text}</span>
              </>
            );
            return (
              <li key={index} class={`diff-line ${kind}${told === `${path}:${String(fresh)}` ? ' told' : ''}`}>
                {canTell ? (
                  <button
                    type="button"
                    title="Explain this line"
                    onClick={() => void explain({ file: path, line: fresh })}
                  >
                    {body}
                  </button>
                ) : (
                  <span>{body}</span>
                )}
              </li>
            );
          })}
        </ol>
        {!isWhole && lines.length > MANY_LINES && (
          <Button
            onClick={() => {
              setWhole(true);
            }}
          >
            Show all {lines.length} lines
          </Button>
        )}
      </div>
    </section>
  );
}

/** The state of the plan in the head of the page, and the button that begins a run. */
export function PlanSummary(): JSX.Element {
  const known = plan.value;
  const isPossible = known?.isPossible === true && known.token !== undefined;
  return (
    <div class="summary">
      {ORDER.slice(0, 4).map((status) => {
        const number = known?.counts[status] ?? 0;
        const { sign, word, tone } = STATUS[status];
        return number === 0 ? null : (
          <span key={status} class={`count-of ${tone}`} title={`${String(number)} ${word}`}>
            {sign} {number}
            <span class="hidden"> {word}</span>
          </span>
        );
      })}
      <Button
        kind="primary"
        isDisabled={!isPossible}
        onClick={() => {
          isConfirming.value = true;
        }}
      >
        Configure…
      </Button>
    </div>
  );
}

/*
 * Where a line comes from, and what comes from a key: beside every view.
 */

export function Explanation(): JSX.Element | null {
  const known = explanation.value;
  if (known === undefined) return null;
  return (
    <aside class="drawer" aria-label="Explanation" aria-live="polite">
      <div class="pane-bar">
        <h2>Explain</h2>
        <span class="spacer" />
        <Button
          icon="close"
          kind="quiet"
          label="Close the explanation"
          onClick={() => {
            explanation.value = undefined;
          }}
        />
      </div>
      <div class="drawer-body">
        <code class="drawer-title">{known.title}</code>
        {known.state === 'busy' && <Busy text="Looking" />}
        {known.state === 'failed' && <p class="red">{known.why}</p>}
        {known.state === 'there' &&
          (known.result.about === 'file' ? <OfFile told={known.result} /> : <OfKey told={known.result} />)}
      </div>
    </aside>
  );
}

function OfFile({ told }: { readonly told: FileExplanation }): JSX.Element {
  const { text, source, isRendered, differs, made, macros, because, keys, secret, file } = told;
  return (
    <>
      {text !== undefined && <pre class="told-line">{text}</pre>}
      {secret && <p class="quiet">A secret: its lines are not shown.</p>}
      {differs && (
        <p>
          <span class="tag amber">The file on disk is another one</span>
        </p>
      )}
      <p class="quiet">
        {isRendered ? 'Rendered from' : 'Copied from'} <code>{source}</code>
      </p>
      <Lines title="Printed by" lines={made} />
      <Lines title="In the macro" lines={macros} />
      {because.length > 0 && (
        <>
          <h3>There because of</h3>
          {because.map((one, index) => (
            <div key={index} class="source-line">
              <SourceOf line={one} />
              <Keys keys={one.keys} />
            </div>
          ))}
        </>
      )}
      {keys.length > 0 && (
        <>
          <h3>Keys</h3>
          <Keys keys={keys} />
        </>
      )}
      {told.line !== undefined && (
        <button type="button" class="link" onClick={() => void explain({ file })}>
          The whole file
        </button>
      )}
    </>
  );
}

function Lines({
  title,
  lines,
}: {
  readonly title: string;
  readonly lines: readonly SourceLine[];
}): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      {lines.map((line, index) => (
        <div key={index} class="source-line">
          <SourceOf line={line} />
        </div>
      ))}
    </>
  );
}

function SourceOf({ line: { file, line, text } }: { readonly line: SourceLine }): JSX.Element {
  return (
    <>
      <span class="source-place">
        {file}:{line}
      </span>
      {text !== undefined && <pre>{text.trim()}</pre>}
    </>
  );
}

function Keys({ keys }: { readonly keys: readonly KeyUse[] }): JSX.Element {
  return (
    <ul class="keys">
      {keys.map((use, index) => (
        <li key={index}>
          <button type="button" class="link code" onClick={() => void explain({ key: use.key })}>
            {use.key}
          </button>{' '}
          <KeyValue use={use} /> <GoTo use={use} />
          {use.from !== undefined && use.from.length > 0 && <Keys keys={use.from} />}
        </li>
      ))}
    </ul>
  );
}

function KeyValue({ use: { value, hidden, kind } }: { readonly use: KeyUse }): JSX.Element {
  return (
    <>
      {hidden ? <span class="quiet">hidden</span> : value !== undefined && <code class="value">{value}</code>}{' '}
      <span class="quiet">{kind}</span>
    </>
  );
}

/** A button to where a key is written. */
function GoTo({ use: { key, place } }: { readonly use: KeyUse }): JSX.Element | null {
  const document = DOCUMENTS.find((name) => base.value?.[name].file === place?.file);
  if (document === undefined || place === undefined) return null;
  return (
    <button
      type="button"
      class="link"
      aria-label={`Edit ${key}`}
      onClick={() => {
        if (check.value?.lines[key]?.document === document) showField(document, pathOf(key));
        else showLine(document, place.line ?? 1);
      }}
    >
      edit
    </button>
  );
}

function OfKey({ told: { use, files } }: { readonly told: KeyExplanation }): JSX.Element {
  const lines = files.reduce((sum, { printed, decided }) => sum + printed.length + decided.length, 0);
  return (
    <>
      <p>
        <KeyValue use={use} /> <GoTo use={use} />
      </p>
      {use.from !== undefined && use.from.length > 0 && (
        <>
          <h3>Computed from</h3>
          <Keys keys={use.from} />
        </>
      )}
      <h3>
        {files.length === 0 ? 'Nothing comes from it' : `${counted(lines, 'line')} in ${counted(files.length, 'file')}`}
      </h3>
      <ul class="used-in">
        {files.map(({ file, source, printed, decided }) => (
          <li key={file}>
            <button
              type="button"
              class="link code"
              title={`From ${source}`}
              onClick={() => {
                openFile.value = file;
                if (plan.value?.files.some(({ path }) => path === file) === true) go('plan');
                else void explain({ file });
              }}
            >
              {file}
            </button>
            <span class="line-numbers">
              {[
                ...printed.map((line) => [line, ''] as const),
                ...decided.map((line) => [line, 'decided'] as const),
              ].map(([line, kind]) => (
                <button
                  type="button"
                  key={`${String(line)}${kind}`}
                  class={`line-number ${kind}`}
                  title={kind === '' ? 'Prints the key' : 'There because of the key'}
                  aria-label={`Line ${String(line)} of ${file}`}
                  onClick={() => void explain({ file, line })}
                >
                  {line}
                </button>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
