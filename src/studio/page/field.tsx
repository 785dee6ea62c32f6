// One field of the form: its control, what is said of it and what is wrong with it.
import { useSignal } from '@preact/signals';
import type { HTMLAttributes, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Change, DocumentName, Field, FieldPath, StudioFinding, Value } from '../api.ts';
import {
  attempt,
  call,
  check,
  edit,
  explain,
  findings,
  keyOf,
  openDocument,
  say,
  secrets,
  showLine,
  shownField,
  shownLine,
  treeVersion,
  valueAt,
} from './store.ts';
import { Button, FindingNote, Prose } from './ui.tsx';

interface FieldProps {
  readonly field: Field;
  readonly document: DocumentName;
  /** Where it stands, its own name included. */
  readonly path: FieldPath;
}

/** What a control is given. */
interface ControlProps extends FieldProps {
  readonly id: string;
  readonly value: Value | undefined;
  readonly describedBy: string;
  readonly isWrong: boolean;
}

export function FieldRow({ field, document, path }: FieldProps): JSX.Element {
  const key = keyOf(path);
  const id = `field-${key}`;
  const value = valueAt(document, path);
  const own = findingsOf(document, path, field.control !== 'maps');
  const row = useRef<HTMLDivElement>(null);
  const isShown = shownField.value === key;
  useEffect(() => {
    if (!isShown) return;
    row.current?.scrollIntoView({ block: 'center' });
    row.current?.querySelector<HTMLElement>(`#${CSS.escape(id)}`)?.focus({ preventScroll: true });
    shownField.value = undefined;
  }, [isShown]);
  const worst = own.find(({ severity }) => severity === 'error') ?? own[0];
  const control: ControlProps = {
    field,
    document,
    path,
    id,
    value,
    describedBy: [`${id}-about`, ...own.map((_, index) => `${id}-finding-${String(index)}`)].join(' '),
    isWrong: worst?.severity === 'error',
  };
  return (
    <div
      ref={row}
      onFocusCapture={() => {
        follow(document, key);
      }}
      class={`field ${worst?.severity ?? ''}${value === undefined ? '' : ' written'}`}
      data-key={key}
    >
      <div class="field-head">
        <label for={id} id={`${id}-label`} title={field.description}>
          {field.title}
        </label>
        <RequiredMark field={field} value={value} />
        <span class="field-key">{field.name}</span>
        <span class="field-tools">
          <Button
            icon="trace"
            kind="quiet"
            label={`What comes from ${field.name}`}
            onClick={() => void explain({ key })}
          />
          {value !== undefined && !field.isSecret && !field.isRequired && (
            <Button
              icon="reset"
              kind="quiet"
              label={`Remove ${field.name}${field.default === undefined ? '' : `: the default is ${shown(field.default)}`}`}
              onClick={() => void edit([{ op: 'remove', document, path }])}
            />
          )}
        </span>
      </div>
      <Control {...control} />
      <p class="field-about" id={`${id}-about`}>
        <Prose text={field.description} />
      </p>
      {own.map((finding, index) => (
        <FindingNote key={index} finding={finding} id={`${id}-finding-${String(index)}`} />
      ))}
    </div>
  );
}

/** Shows the same place in the text. */
function follow(document: DocumentName, key: string): void {
  openDocument.value = document;
  const lines = check.value?.lines ?? {};
  // What is not written yet will stand behind what is written beside it.
  const beside = /^(.*\])\./.exec(key)?.[1];
  const near = Object.keys(lines).findLast((other) => beside !== undefined && other.startsWith(`${beside}.`));
  const place = lines[key] ?? (near === undefined ? undefined : lines[near]);
  if (place !== undefined) shownLine.value = place;
}

function RequiredMark({
  field,
  value,
}: {
  readonly field: Field;
  readonly value: Value | undefined;
}): JSX.Element | null {
  if (value !== undefined || field.isSecret) return null;
  if (field.isRequired) return <span class="tag amber">required</span>;
  if (field.requiredWhen === undefined) return null;
  return (
    <span class="tag" title={`Required ${field.requiredWhen.replaceAll('`', '')}`}>
      at times required
    </span>
  );
}

/** Findings of a field, and of what lies in it where that is no field of its own. */
export function findingsOf(document: DocumentName, path: FieldPath, isDeep: boolean): readonly StudioFinding[] {
  return findings.value.filter(
    ({ field }) =>
      field?.document === document &&
      (isDeep ? field.path.length >= path.length : field.path.length === path.length) &&
      path.every((step, index) => field.path[index] === step),
  );
}

function Control(props: ControlProps): JSX.Element {
  switch (props.field.control) {
    case 'text':
    case 'number':
      return <TextControl {...props} />;
    case 'switch':
      return <SwitchControl {...props} />;
    case 'choice':
      return <ChoiceControl {...props} />;
    case 'texts':
    case 'one-or-more':
      return <ListControl {...props} />;
    case 'map':
      return <MapControl {...props} />;
    case 'maps':
      return <MapsControl {...props} />;
    case 'secret':
      return <SecretControl {...props} />;
    case 'yaml':
      return <ElsewhereControl {...props} />;
  }
}

/** A value as it is read in a sentence. */
function shown(value: Value): string {
  if (Array.isArray(value)) return value.map((item) => shown(item as Value)).join(', ');
  if (value === true) return 'on';
  if (value === false) return 'off';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What stands faintly where nothing is written. */
function placeholderOf({ field, document, path }: FieldProps): string {
  const effective =
    document === 'cluster' && path.length === 1
      ? check.value?.effective.find(({ key }) => key === field.name)
      : undefined;
  if (effective !== undefined && !effective.secret && effective.source !== 'unset' && effective.value !== null)
    return shown(effective.value);
  if (field.default !== undefined) return shown(field.default);
  const [example] = field.examples;
  return example === undefined ? '' : `e.g. ${shown(example)}`;
}

/** How long a person may pause before what was typed is taken. */
const PAUSE = 250;

/** Whether a key saves: what is typed in a field is a part of what is saved. */
function isSave({ ctrlKey, metaKey, key }: KeyboardEvent): boolean {
  return (ctrlKey || metaKey) && key.toLowerCase() === 's';
}

/** A line of text that is taken while one types, and stays as it is typed until one leaves it. */
function TextInput({
  id,
  text,
  label,
  placeholder,
  describedBy,
  isWrong,
  onCommit,
  onLeave,
  hasFocus = false,
  isLive = true,
}: {
  readonly id?: string;
  readonly text: string;
  readonly label?: string;
  readonly placeholder?: string;
  readonly describedBy?: string;
  readonly isWrong?: boolean;
  readonly onCommit: (text: string) => void;
  readonly onLeave?: () => void;
  readonly hasFocus?: boolean;
  /** Whether a pause takes what is typed so far; nothing at all is never taken by a pause, as it may take away the line itself. */
  readonly isLive?: boolean;
}): JSX.Element {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (hasFocus) input.current?.focus();
    return () => {
      clearTimeout(timer.current);
    };
  }, []);
  /** Whether something was typed that is not committed. */
  const isTyping = useRef(false);
  /** What was committed and is not in the text yet. */
  const sent = useRef<string | undefined>(undefined);
  const commit = (next: string): void => {
    clearTimeout(timer.current);
    isTyping.current = false;
    if (next === (sent.current ?? text)) return;
    sent.current = next;
    onCommit(next);
  };
  useEffect(() => {
    if (sent.current === text) sent.current = undefined;
    // Somebody else wrote another value: it is shown, and never written over by what was typed before it.
    else if (sent.current === undefined && !isTyping.current) setDraft(undefined);
  }, [text]);
  return (
    <input
      ref={input}
      id={id}
      type="text"
      class="input"
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={isWrong === true}
      placeholder={placeholder}
      value={draft ?? text}
      onInput={({ currentTarget: { value } }) => {
        setDraft(value);
        isTyping.current = true;
        clearTimeout(timer.current);
        if (!isLive || value.trim() === '') return;
        timer.current = setTimeout(() => {
          commit(value.trim());
        }, PAUSE);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || isSave(event)) commit(event.currentTarget.value.trim());
      }}
      onFocus={() => {
        // What was sent and refused may be typed again.
        sent.current = undefined;
      }}
      onBlur={({ currentTarget: { value } }) => {
        if (draft !== undefined) commit(value.trim());
        setDraft(undefined);
        onLeave?.();
      }}
    />
  );
}

function textOf(value: Value | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A text of one line as a change: nothing is no value, digits of a number field are a number. */
function changeOf({ field, document, path }: FieldProps, text: string): Change {
  if (text === '') return { op: 'remove', document, path };
  const isNumber = field.control === 'number' && /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/.test(text);
  return { op: 'set', document, path, value: isNumber ? Number(text) : text };
}

function TextControl(props: ControlProps): JSX.Element {
  const { id, value, describedBy, isWrong } = props;
  return (
    <TextInput
      id={id}
      text={textOf(value)}
      placeholder={placeholderOf(props)}
      describedBy={describedBy}
      isWrong={isWrong}
      onCommit={(text) => void edit([changeOf(props, text)])}
    />
  );
}

function SwitchControl(props: ControlProps): JSX.Element {
  const { field, document, path, id, value, describedBy, isWrong } = props;
  const isOn = value === undefined ? placeholderOf(props) === 'on' : value === true;
  return (
    <div class="switch-row">
      <button
        type="button"
        role="switch"
        id={id}
        class="switch"
        aria-checked={isOn}
        aria-describedby={describedBy}
        aria-invalid={isWrong}
        aria-labelledby={`${id}-label`}
        onClick={() => void edit([{ op: 'set', document, path, value: !isOn }])}
      >
        <span class="switch-knob" />
      </button>
      <span class="switch-state" aria-hidden="true">
        {isOn ? 'On' : 'Off'}
        {value === undefined && field.default !== undefined ? ', by default' : ''}
      </span>
    </div>
  );
}

function ChoiceControl(props: ControlProps): JSX.Element {
  const { field, document, path, id, value, describedBy, isWrong } = props;
  const choices = field.choices ?? [];
  const at = choices.findIndex((choice) => choice === value);
  const placeholder = placeholderOf(props);
  return (
    <select
      id={id}
      class="input"
      aria-describedby={describedBy}
      aria-invalid={isWrong}
      value={value === undefined ? '' : String(at)}
      onChange={({ currentTarget }) => {
        const choice = currentTarget.value === '' ? undefined : choices[Number(currentTarget.value)];
        void edit([
          choice === undefined ? { op: 'remove', document, path } : { op: 'set', document, path, value: choice },
        ]);
      }}
    >
      <option value="">{placeholder === '' ? 'Not set' : `Default: ${placeholder}`}</option>
      {value !== undefined && at === -1 && <option value="-1">{textOf(value)}</option>}
      {choices.map((choice, index) => (
        <option key={index} value={String(index)}>
          {textOf(choice)}
        </option>
      ))}
    </select>
  );
}

/**
 * Rows of a list that were emptied. They are taken out when one leaves the list: no other row moves to where one types.
 *
 * @param takeOut what takes rows out, told by their keys
 */
function useEmptied<Key>(takeOut: (keys: readonly Key[]) => void): {
  readonly has: (key: Key) => boolean;
  readonly set: (key: Key, isEmpty: boolean) => void;
  /** Takes out what was emptied, and others with it. */
  readonly end: (...others: readonly Key[]) => void;
  /** Of the element that holds the rows. */
  readonly handlers: Pick<HTMLAttributes<HTMLDivElement>, 'onFocusOut' | 'onKeyDown'>;
} {
  const emptied = useSignal<readonly Key[]>([]);
  const end = (...others: readonly Key[]): void => {
    const keys = [...new Set([...emptied.value, ...others])];
    emptied.value = [];
    if (keys.length > 0) takeOut(keys);
  };
  return {
    has: (key) => emptied.value.includes(key),
    set: (key, isEmpty) => {
      emptied.value = [...emptied.value.filter((other) => other !== key), ...(isEmpty ? [key] : [])];
    },
    end,
    handlers: {
      onFocusOut: ({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) end();
      },
      onKeyDown: (event) => {
        if (isSave(event)) end();
      },
    },
  };
}

/** Texts one below the other; `one-or-more` is written as one text as long as it is one. */
function ListControl(props: ControlProps): JSX.Element {
  const { field, document, path, id, value, describedBy, isWrong } = props;
  const [isAdding, setAdding] = useState(false);
  const items: readonly Value[] = Array.isArray(value)
    ? (value as readonly Value[])
    : value === undefined
      ? []
      : [value];
  const isList = Array.isArray(value);
  const set = (index: number, text: string): void => {
    if (isList) emptied.set(index, text === '');
    if (!isList) void edit([changeOf(props, text)]);
    else if (text !== '') void edit([{ op: 'set', document, path: [...path, index], value: text }]);
  };
  const emptied = useEmptied<number>((indexes) => {
    const left = items.filter((_, index) => !indexes.includes(index));
    const [first] = left;
    if (first === undefined) void edit([{ op: 'remove', document, path }]);
    else if (left.length === 1 && field.control === 'one-or-more')
      void edit([{ op: 'set', document, path, value: first }]);
    else {
      const fromBehind = indexes.toSorted((one, other) => other - one);
      void edit(fromBehind.map((index) => ({ op: 'remove', document, path: [...path, index] })));
    }
  });
  const add = (text: string): void => {
    setAdding(false);
    if (text === '') return;
    if (isList) void edit([{ op: 'append', document, path, value: text }]);
    else {
      const whole: Value = field.control === 'one-or-more' && items.length === 0 ? text : [...items, text];
      void edit([{ op: 'set', document, path, value: whole }]);
    }
  };
  const rows = items.length === 0 && !isAdding ? [''] : items.map(textOf);
  return (
    <div class="list" role="group" aria-labelledby={`${id}-label`} {...emptied.handlers}>
      {rows.map((text, index) => (
        <div class="list-row" key={index}>
          <TextInput
            {...(index === 0 ? { id } : {})}
            text={emptied.has(index) ? '' : text}
            label={`${field.title} ${String(index + 1)}`}
            placeholder={items.length === 0 ? placeholderOf(props) : ''}
            describedBy={describedBy}
            isWrong={isWrong}
            onCommit={(next) => {
              if (items.length === 0) add(next);
              else set(index, next);
            }}
          />
          {index === items.length - 1 && !isAdding && (
            <Button
              icon="add"
              kind="quiet"
              label={`Add to ${field.title}`}
              onClick={() => {
                setAdding(true);
              }}
            />
          )}
          {items.length > 1 && (
            <Button
              icon="close"
              kind="quiet"
              label={`Remove ${text}`}
              onClick={() => {
                emptied.end(index);
              }}
            />
          )}
        </div>
      ))}
      {isAdding && (
        <div class="list-row">
          <TextInput
            text=""
            label={`${field.title}, another one`}
            describedBy={describedBy}
            hasFocus
            isLive={false}
            onCommit={add}
            onLeave={() => {
              setAdding(false);
            }}
          />
        </div>
      )}
    </div>
  );
}

/** Texts by name. */
function MapControl({ field, document, path, id, value, describedBy }: ControlProps): JSX.Element {
  const [isAdding, setAdding] = useState(false);
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const emptied = useEmptied<string>((names) => {
    const paths = entries.every(([name]) => names.includes(name)) ? [path] : names.map((name) => [...path, name]);
    void edit(paths.map((one) => ({ op: 'remove', document, path: one })));
  });
  return (
    <div class="list" role="group" aria-labelledby={`${id}-label`} {...emptied.handlers}>
      {entries.map(([name, member], index) => (
        <div class="list-row pair" key={index}>
          <TextInput
            {...(index === 0 ? { id } : {})}
            text={emptied.has(name) ? '' : name}
            label={`${field.title}, name ${String(index + 1)}`}
            describedBy={describedBy}
            onCommit={(next) => {
              emptied.set(name, next === '');
              if (next !== '' && next !== name)
                void edit([{ op: 'rename', document, path: [...path, name], name: next }]);
            }}
          />
          <TextInput
            text={textOf(member)}
            label={`${field.title}, value of ${name}`}
            onCommit={(next) => void edit([{ op: 'set', document, path: [...path, name], value: next }])}
          />
          <Button
            icon="close"
            kind="quiet"
            label={`Remove ${name}`}
            onClick={() => {
              emptied.end(name);
            }}
          />
        </div>
      ))}
      {isAdding && (
        <div class="list-row">
          <TextInput
            text=""
            label={`${field.title}, name of another one`}
            placeholder="name"
            hasFocus
            isLive={false}
            onCommit={(name) => {
              setAdding(false);
              if (name !== '') void edit([{ op: 'set', document, path: [...path, name], value: '' }]);
            }}
            onLeave={() => {
              setAdding(false);
            }}
          />
        </div>
      )}
      {!isAdding && (
        <button
          type="button"
          class="button quiet"
          {...(entries.length === 0 ? { id } : {})}
          aria-describedby={describedBy}
          onClick={() => {
            setAdding(true);
          }}
        >
          Add to {field.title}
        </button>
      )}
    </div>
  );
}

/** Maps with fields of their own, one card each. */
function MapsControl({ field, document, path, id, value, describedBy }: ControlProps): JSX.Element {
  const items = Array.isArray(value) ? (value as readonly Value[]) : [];
  const add: Change =
    items.length === 0 ? { op: 'set', document, path, value: [{}] } : { op: 'append', document, path, value: {} };
  return (
    <div class="list" role="group" aria-labelledby={`${id}-label`}>
      {items.map((_, index) => (
        <div class="card" key={index}>
          <div class="card-head">
            <h4>
              {field.title} {index + 1}
            </h4>
            <Button
              icon="remove"
              kind="quiet"
              label={`Remove ${field.title} ${String(index + 1)}`}
              onClick={() =>
                void edit([
                  items.length === 1
                    ? { op: 'remove', document, path }
                    : { op: 'remove', document, path: [...path, index] },
                ])
              }
            />
          </div>
          {(field.members ?? []).map((member) => (
            <FieldRow key={member.name} field={member} document={document} path={[...path, index, member.name]} />
          ))}
        </div>
      ))}
      <button
        type="button"
        class="button quiet"
        id={id}
        aria-describedby={describedBy}
        onClick={() => void edit([add])}
      >
        Add to {field.title}
      </button>
    </div>
  );
}

const STATES = {
  set: 'Set',
  placeholder: 'Placeholder of the sample',
  missing: 'Not set',
  unknown: 'Cannot be looked at without the key',
} as const;

/** Where a secret stands, in words; never what it is. */
export function secretState(name: string): { readonly text: string; readonly tone: 'good' | 'amber' | '' } {
  const known = secrets.value?.fields.find((one) => one.name === name);
  if (known === undefined) return { text: 'Not looked at yet', tone: '' };
  const { where, state, source = '' } = known;
  const place = {
    companion: ', encrypted in cluster.sops.yaml',
    plain: ', in plain text in cluster.yaml',
    variable: `, from the variable ${source}`,
    file: `, from the file ${source}`,
    nowhere: '',
  }[where];
  const isGood = state === 'set' && where !== 'plain';
  const isBad = state === 'placeholder' || where === 'plain' || (state === 'missing' && known.isWanted);
  return { text: `${STATES[state]}${state === 'missing' ? '' : place}`, tone: isGood ? 'good' : isBad ? 'amber' : '' };
}

/** Takes a secret and forgets it. */
export function SecretControl({
  field,
  id,
  describedBy,
}: Pick<ControlProps, 'field' | 'id' | 'describedBy'>): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const { text, tone } = secretState(field.name);
  useEffect(() => {
    if (isOpen) input.current?.focus();
  }, [isOpen]);
  const store = async (): Promise<void> => {
    const value = input.current?.value ?? '';
    if (value === '') return;
    setBusy(true);
    const result = await attempt(() => call('setSecret', { name: field.name, value }));
    setBusy(false);
    if (result === undefined) return;
    if (input.current !== null) input.current.value = '';
    setOpen(false);
    treeVersion.value += 1;
    const [left] = result.findings;
    say(left === undefined ? `Encrypted into ${result.file}.` : left.message, left !== undefined);
  };
  return (
    <div class="secret">
      <span class={`state ${tone}`}>{text}</span>
      {isOpen ? (
        <form
          class="list-row"
          onSubmit={(event) => {
            event.preventDefault();
            void store();
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setOpen(false);
          }}
        >
          <input
            ref={input}
            id={id}
            type="password"
            class="input"
            autocomplete="off"
            aria-describedby={describedBy}
            aria-label={`New value of ${field.title}`}
          />
          <button type="submit" class="button primary" disabled={isBusy}>
            Encrypt
          </button>
          <Button
            kind="plain"
            onClick={() => {
              setOpen(false);
            }}
          >
            Cancel
          </Button>
        </form>
      ) : (
        <button
          type="button"
          class="button"
          id={id}
          aria-describedby={describedBy}
          aria-label={`Enter a value for ${field.title}`}
          onClick={() => {
            setOpen(true);
          }}
        >
          Enter a value…
        </button>
      )}
    </div>
  );
}

/** What no control fits is edited where it stands. */
function ElsewhereControl({ document, path, id, value, describedBy }: ControlProps): JSX.Element {
  return (
    <button
      type="button"
      class="button"
      id={id}
      aria-describedby={describedBy}
      onClick={() => {
        showLine(document, check.value?.lines[keyOf(path)]?.line ?? 1);
      }}
    >
      {value === undefined ? 'Write it in the text' : 'Edit it in the text'}
    </button>
  );
}
