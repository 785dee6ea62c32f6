// The form and the text of both files: two views of the same document.
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Field, FieldGroup, Value } from '../api.ts';
import type { KnownKey, Mark, TextEditor } from './editor.ts';
import { FieldRow, findingsOf } from './field.tsx';
import {
  base,
  changedFiles,
  check,
  conflicts,
  dirty,
  discard,
  DOCUMENTS,
  edit,
  findings,
  go,
  isPlanning,
  keyOf,
  nodeTitle,
  openDocument,
  plan,
  resolveConflict,
  save,
  sentence,
  session,
  shownField,
  shownLine,
  side,
  texts,
  type,
  valueAt,
} from './store.ts';
import { Busy, Button, Choices, counted, Empty, FindingNote, Severity } from './ui.tsx';

export function Configuration(): JSX.Element {
  return (
    <div class={`configuration show-${side.value}`}>
      <div class="side-switch">
        <Choices
          label="Form or text"
          names={[
            ['form', 'Form'],
            ['text', 'Text'],
          ]}
          chosen={side.value}
          onChoose={(one) => {
            side.value = one;
          }}
        />
      </div>
      <Form />
      <TextPane />
    </div>
  );
}

function Form(): JSX.Element {
  const [words, setWords] = useState('');
  const known = session.value;
  // What the texts say comes a moment after them: a form without it would write over what is there.
  if (known === undefined || check.value === undefined) {
    return (
      <section class="form" aria-label="Form">
        <Busy text="Reading the configuration" />
      </section>
    );
  }
  const unreadable = DOCUMENTS.filter((name) => check.value?.values[name] === undefined);
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ name, title, description }: Field): boolean => {
    const text = `${name} ${title} ${description}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  const fieldsOf = (group: FieldGroup): readonly Field[] =>
    known.fields.filter((field) => field.group === group.id && matches(field));
  const core = known.groups.filter(({ kind }) => kind === 'core');
  const optional = known.groups.filter(({ kind }) => kind === 'optional');
  const isSearching = wanted.length > 0;
  const nodes = known.nodeFields.some(matches) || !isSearching;
  const isNothing = !nodes && known.fields.every((field) => !matches(field));
  return (
    <section class="form" aria-label="Form">
      <div class="form-bar">
        <input
          type="search"
          class="input"
          placeholder="Find a field"
          aria-label="Find a field"
          value={words}
          onInput={({ currentTarget }) => {
            setWords(currentTarget.value);
          }}
        />
        <JumpMenu groups={[...core, ...optional.filter(isOn)]} />
      </div>
      <div class="form-body" tabIndex={-1}>
        {unreadable.map((name) => (
          <div key={name} class="finding error">
            <p class="finding-message">{base.value?.[name].file} cannot be read as it is. Mend it in the text first.</p>
          </div>
        ))}
        <LooseFindings />
        <div inert={unreadable.includes('cluster')}>
          {core.map((group) => (
            <Group key={group.id} group={group} fields={fieldsOf(group)} isOpen />
          ))}
        </div>
        <div inert={unreadable.includes('nodes')}>{nodes && <Nodes isMatch={isSearching ? matches : undefined} />}</div>
        <div inert={unreadable.includes('cluster')}>
          {optional.some((group) => fieldsOf(group).length > 0) && <p class="form-part">Optional parts</p>}
          {optional.map((group) => (
            <Group key={group.id} group={group} fields={fieldsOf(group)} isOpen={isSearching || isOn(group)} />
          ))}
        </div>
        {isNothing && <p class="quiet">No field has these words.</p>}
      </div>
    </section>
  );
}

/** Findings that belong to no field that is shown. */
function LooseFindings(): JSX.Element {
  const names = new Set([...(session.value?.fields.map(({ name }) => name) ?? []), 'nodes']);
  const loose = findings.value.filter(({ field }) => field === undefined || !names.has(String(field.path[0])));
  return (
    <>
      {loose.map((finding, index) => (
        <FindingNote key={index} finding={finding} hasPlace />
      ))}
    </>
  );
}

function isOn({ switch: keys = [], id }: FieldGroup): boolean {
  const isWritten = session.value?.fields.some(
    ({ group, name }) => group === id && valueAt('cluster', [name]) !== undefined,
  );
  return keys.some((key) => ![undefined, false].includes(valueAt('cluster', [key]) as never)) || isWritten === true;
}

function JumpMenu({ groups }: { readonly groups: readonly FieldGroup[] }): JSX.Element {
  return (
    <select
      class="input jump"
      aria-label="Go to a part of the form"
      value=""
      onChange={({ currentTarget }) => {
        const id = currentTarget.value;
        currentTarget.value = '';
        const target = document.getElementById(`group-${id}`);
        if (target instanceof HTMLDetailsElement) target.open = true;
        target?.scrollIntoView({ block: 'start' });
        target?.querySelector<HTMLElement>('summary')?.focus({ preventScroll: true });
      }}
    >
      <option value="">Go to…</option>
      {[...groups, { id: 'nodes', title: 'Machines' }].map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </select>
  );
}

function Group({
  group,
  fields,
  isOpen,
}: {
  readonly group: FieldGroup;
  readonly fields: readonly Field[];
  readonly isOpen: boolean;
}): JSX.Element | null {
  const target = shownField.value;
  const hasTarget = fields.some(({ name }) => target === name || target?.startsWith(`${name}[`) === true);
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (details.current !== null && (isOpen || hasTarget)) details.current.open = true;
  }, [isOpen, hasTarget]);
  // What is folded is not made: there are many optional parts.
  const [isSeen, setSeen] = useState(isOpen);
  // A part that was on is not folded under the cursor when its last field is emptied.
  const wasOn = useRef(false);
  wasOn.current ||= isOn(group);
  if (fields.length === 0) return null;
  const names = new Set(fields.map(({ name }) => name));
  const wrong = findings.value.filter(({ field }) => names.has(String(field?.path[0])));
  const written = fields.filter(({ name }) => valueAt('cluster', [name]) !== undefined).length;
  return (
    <details
      ref={details}
      class="group"
      id={`group-${group.id}`}
      open={isOpen || wasOn.current}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open) setSeen(true);
      }}
    >
      <summary>
        <h2 class="group-title">{group.title}</h2>
        {group.kind === 'optional' && isOn(group) && <span class="tag accent">on</span>}
        {wrong.length > 0 && <Worst findings={wrong} />}
        <span class="group-count">
          {written} of {fields.length} set
        </span>
      </summary>
      {group.purpose !== undefined && <p class="group-about">{group.purpose}</p>}
      {(isSeen || isOpen || hasTarget) &&
        fields.map((field) => <FieldRow key={field.name} field={field} document="cluster" path={[field.name]} />)}
    </details>
  );
}

function Worst({
  findings: some,
}: {
  readonly findings: readonly { readonly severity: 'error' | 'warning' | 'note' }[];
}): JSX.Element {
  const worst =
    (['error', 'warning', 'note'] as const).find((one) => some.some(({ severity }) => severity === one)) ?? 'note';
  return <Severity severity={worst} />;
}

/*
 * One card for each node.
 */

function Nodes({ isMatch }: { readonly isMatch: ((field: Field) => boolean) | undefined }): JSX.Element {
  const nodes = valueAt('nodes', ['nodes']);
  const list = Array.isArray(nodes) ? (nodes as readonly Value[]) : [];
  const own = findingsOf('nodes', ['nodes'], false);
  return (
    <details class="group" id="group-nodes" open>
      <summary>
        <h2 class="group-title">Machines</h2>
        {own.length > 0 && <Worst findings={own} />}
        <span class="group-count">{counted(list.length, 'node')}</span>
      </summary>
      {own.map((finding, index) => (
        <FindingNote key={index} finding={finding} />
      ))}
      <div class="cards">
        {list.map((node, index) => (
          <NodeCard key={index} index={index} node={node} isMatch={isMatch} />
        ))}
      </div>
      <Button
        icon="add"
        onClick={() => void edit([{ op: 'append', document: 'nodes', path: ['nodes'], value: nextNode(list) }])}
      >
        Add a node
      </Button>
    </details>
  );
}

/** Fields of a node that are shown where they are not written. */
const USUAL = new Set(['name', 'address', 'controller', 'disk', 'mac_addr', 'schematic_id']);

function NodeCard({
  index,
  node,
  isMatch,
}: {
  readonly index: number;
  readonly node: Value;
  readonly isMatch: ((field: Field) => boolean) | undefined;
}): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const path = ['nodes', index];
  const map = typeof node === 'object' && node !== null && !Array.isArray(node) ? node : {};
  const { controller } = map as Readonly<Record<string, Value>>;
  const target = shownField.value;
  const all = session.value?.nodeFields ?? [];
  const isShown = (field: Field): boolean =>
    isWhole ||
    USUAL.has(field.name) ||
    field.name in map ||
    target === keyOf([...path, field.name]) ||
    findingsOf('nodes', [...path, field.name], true).length > 0;
  const fields = all.filter(isMatch ?? isShown);
  const title = nodeTitle(node, index);
  return (
    <article class="card" aria-label={title}>
      <div class="card-head">
        <h3>{title}</h3>
        <span class="tag">{controller === true ? 'controller' : 'worker'}</span>
        <Button
          icon="remove"
          kind="quiet"
          label={`Remove ${title}`}
          onClick={() => void edit([{ op: 'remove', document: 'nodes', path }])}
        />
      </div>
      {findingsOf('nodes', path, false).map((finding, at) => (
        <FindingNote key={at} finding={finding} />
      ))}
      <div class="card-fields">
        {fields.map((field) => (
          <FieldRow key={field.name} field={field} document="nodes" path={[...path, field.name]} />
        ))}
      </div>
      {isMatch === undefined && (isWhole || fields.length < all.length) && (
        <button
          type="button"
          class="link"
          aria-expanded={isWhole}
          onClick={() => {
            setWhole(!isWhole);
          }}
        >
          {isWhole ? 'Fewer fields' : counted(all.length - fields.length, 'more field')}
        </button>
      )}
    </article>
  );
}

/** A worker that is called after the last node and has its disk and image; what only its machine knows is left to be filled in. */
function nextNode(list: readonly Value[]): Value {
  const last = list.at(-1) as Readonly<Record<string, Value>> | undefined;
  const [, stem = 'k8s-', number = ''] = /^(.*?)(\d+)$/.exec(typeof last?.name === 'string' ? last.name : '') ?? [];
  const copied = ['disk', 'schematic_id'].flatMap((key) =>
    last?.[key] === undefined ? [] : [[key, last[key]] as const],
  );
  const next = number === '' ? '0' : String(Number(number) + 1).padStart(number.length, '0');
  return { name: `${stem}${next}`, controller: false, ...Object.fromEntries(copied) };
}

/*
 * The text.
 */

function TextPane(): JSX.Element {
  const name = openDocument.value;
  const known = base.value;
  return (
    <section class="text-pane" aria-label="Text">
      <div class="pane-bar">
        <Choices
          label="File"
          names={DOCUMENTS.map((one) => [one, `${known?.[one].file ?? one}${dirty.value.includes(one) ? ' •' : ''}`])}
          chosen={name}
          onChoose={(one) => {
            openDocument.value = one;
          }}
        />
        <span class="spacer" />
        <Button kind="quiet" isDisabled={dirty.value.length === 0} onClick={discard}>
          Discard
        </Button>
        <Button
          isDisabled={dirty.value.length === 0}
          onClick={() => void save()}
          title="Write the text, and nothing else (Ctrl-S)"
        >
          Save
        </Button>
      </div>
      <Conflict />
      {DOCUMENTS.map((one) => (
        <TextOf key={one} name={one} />
      ))}
      <PlanLine />
    </section>
  );
}

function Conflict(): JSX.Element | null {
  const name = openDocument.value;
  const fresh = conflicts.value[name];
  if (fresh === undefined) return null;
  return (
    <div class="banner amber" role="alert">
      <p>{fresh.file} changed on disk at or between lines that are edited here as well.</p>
      <Button
        onClick={() => {
          resolveConflict(name, 'disk');
        }}
      >
        Take the file
      </Button>
      <Button
        onClick={() => {
          resolveConflict(name, 'mine');
        }}
      >
        Keep this text
      </Button>
    </div>
  );
}

function TextOf({ name }: { readonly name: (typeof DOCUMENTS)[number] }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<TextEditor | undefined>(undefined);
  const [isFailed, setFailed] = useState(false);
  const known = session.value;
  const keys = useMemo((): readonly KnownKey[] => {
    const fields = (name === 'cluster' ? known?.fields : known?.nodeFields) ?? [];
    return fields.map(({ name: key, title, description, choices = [], control }) => ({
      name: key,
      title,
      description,
      values: control === 'switch' ? ['true', 'false'] : choices.map(String),
    }));
  }, [known, name]);
  useEffect(() => {
    let isWanted = true;
    let made: TextEditor | undefined;
    import('./editor.ts').then(
      ({ TextEditor: Editor }) => {
        if (!isWanted || host.current === null) return;
        made = new Editor(host.current, {
          label: `Text of ${base.value?.[name].file ?? name}`,
          text: texts.value[name],
          keys: () => keys,
          onType: (text) => {
            type(name, text);
          },
        });
        setEditor(made);
      },
      () => {
        if (isWanted) setFailed(true);
      },
    );
    return () => {
      isWanted = false;
      made?.destroy();
    };
  }, [keys]);
  const text = texts.value[name];
  useEffect(() => {
    // The text of now: more may have been typed since this one was shown.
    editor?.setText(texts.value[name]);
  }, [editor, text]);
  const file = base.value?.[name].file;
  const own = findings.value;
  useEffect(() => {
    editor?.setMarks(own.filter(({ place }) => place?.file === file).map(markOf));
  }, [editor, own, file, text]);
  const line = shownLine.value;
  useEffect(() => {
    if (line?.document !== name || editor === undefined) return;
    editor.show(line.line, shownField.value === undefined && document.activeElement === document.body);
    shownLine.value = undefined;
  }, [editor, line]);
  const isHidden = openDocument.value !== name;
  return (
    <>
      {isFailed && !isHidden && <Empty title="The editor cannot be loaded. Is the studio still running?" />}
      <div ref={host} class="editor" hidden={isHidden} />
    </>
  );
}

function markOf({ severity, message, remedy, place, fix }: (typeof findings.value)[number]): Mark {
  return {
    line: place?.line ?? 1,
    column: place?.column ?? 1,
    length: place?.length ?? 1,
    severity: severity === 'note' ? 'info' : severity,
    message: remedy === undefined ? message : `${message}: ${remedy}`,
    actions:
      fix === undefined ? [] : [{ name: sentence(fix.title.replaceAll('`', '')), act: () => void edit(fix.changes) }],
  };
}

/** What the texts would do, below them. */
function PlanLine(): JSX.Element {
  const known = plan.value;
  const errors = findings.value.filter(({ severity }) => severity === 'error').length;
  const text =
    errors > 0
      ? `${counted(errors, 'error')}: there is no plan`
      : known === undefined
        ? 'The plan is being made'
        : !known.isPossible
          ? 'There is no plan as things stand'
          : changedFiles.value.length === 0
            ? 'Nothing would change'
            : `${counted(changedFiles.value.length, 'file')} would change`;
  return (
    <div class="plan-line">
      <span class={`dot ${errors > 0 ? 'red' : isPlanning.value ? 'busy' : 'green'}`} aria-hidden="true" />
      <span role="status">{text}</span>
      {known !== undefined && errors === 0 && <span class="quiet">{Math.round(known.took)} ms</span>}
      <span class="spacer" />
      <button
        type="button"
        class="link"
        onClick={() => {
          go(errors > 0 ? 'checks' : 'plan');
        }}
      >
        {errors > 0 ? 'All findings' : 'Show the plan'}
      </button>
    </div>
  );
}
