// What every view is made of.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { StudioFinding } from '../api.ts';
import { edit, explain, jump, messageOf, say, sentence } from './store.ts';

/** Lines of icons in a square of 16 units. */
const ICONS = {
  configuration: 'M2 4h5m3 0h4M2 8h9m3 0h0M2 12h2m3 0h7M7 2.5v3M11 6.5v3M4 10.5v3',
  plan: 'M4 1.5h5l3 3v10H4zM9 1.5v3h3M8 6.5v4M6 8.5h4M6 12.5h4',
  graph: 'M3 3h4v3H3zM9 10h4v3H9zM3 10h4v3H3zM5 6v4M7 11.5h2',
  network: 'M8 1.5v4M3 10.5v-3h10v3M8 5.5v2M1.5 10.5h3v3h-3zM6.5 10.5h3v3h-3zM11.5 10.5h3v3h-3z',
  checks: 'M2 4l1.5 1.5L6 3M8 4.5h6M2 10l1.5 1.5L6 9M8 10.5h6',
  secrets: 'M5 7V5a3 3 0 0 1 6 0v2M3.5 7h9v7h-9zM8 9.5v2',
  doctor: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  terminal: 'M1.5 2.5h13v11h-13zM4 6l2 2-2 2M8 10.5h4',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.5 10.5l3.5 3.5',
  theme: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M8 5h4.5M8 8h6M8 11h4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  add: 'M8 3v10M3 8h10',
  remove: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.7 9h5.6l.7-9',
  reset: 'M3 8a5 5 0 1 0 1.6-3.7M3 2.5v2.5h2.5',
  trace: 'M2 8h5M9.5 4.5h4.5M9.5 8h4.5M9.5 11.5h4.5M7 8V4.5h2.5M7 8v3.5h2.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  external: 'M6 3H3v10h10v-3M9 3h4v4M13 3L7.5 8.5',
} as const;
export type IconName = keyof typeof ICONS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}

interface ButtonProps {
  readonly icon?: IconName;
  readonly onClick: () => void;
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly label?: string;
  readonly title?: string;
  readonly isDisabled?: boolean;
  readonly children?: ComponentChildren;
}

/** A button; one of an icon alone has a label for whoever does not see it. */
export function Button({
  icon,
  onClick,
  kind = 'plain',
  label,
  title,
  isDisabled,
  children,
}: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`button ${kind}${children === undefined ? ' square' : ''}`}
      aria-label={label}
      title={title ?? label}
      disabled={isDisabled}
      onClick={onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** Text of messages: what stands in backticks is code. */
export function Prose({ text }: { readonly text: string }): JSX.Element {
  return (
    <>{text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
  );
}

const SEVERITIES = { error: 'Error', warning: 'Warning', note: 'Note' } as const;

export function Severity({ severity }: { readonly severity: StudioFinding['severity'] }): JSX.Element {
  return <span class={`severity ${severity}`}>{SEVERITIES[severity]}</span>;
}

/** A finding with what would be right, and a button that makes it so where it is known how. */
export function FindingNote({
  finding,
  id,
  hasPlace = false,
}: {
  readonly finding: StudioFinding;
  readonly id?: string;
  /** Whether it says where it stands: not where it stands already. */
  readonly hasPlace?: boolean;
}): JSX.Element {
  const { severity, message, remedy, fix, place, origin, code } = finding;
  const where = place === undefined ? undefined : placeText(place);
  return (
    <div class={`finding ${severity}`} id={id}>
      <p class="finding-message">
        {hasPlace && <Severity severity={severity} />}
        <Prose text={message} />
      </p>
      {remedy !== undefined && remedy !== fix?.title && (
        <p class="finding-remedy">
          <Prose text={sentence(remedy)} />
        </p>
      )}
      {(hasPlace || fix !== undefined) && (
        <p class="finding-foot">
          {fix !== undefined && (
            <button type="button" class="button small" onClick={() => void edit(fix.changes)}>
              {sentence(fix.title.replaceAll('`', ''))}
            </button>
          )}
          {hasPlace && where !== undefined && (
            <button
              type="button"
              class="link code"
              onClick={() => {
                jump(finding);
              }}
            >
              {where}
            </button>
          )}
          {hasPlace && origin !== undefined && (
            <button
              type="button"
              class="link code"
              onClick={() => void explain({ file: place?.file ?? origin.file, ...lineOf(place?.line) })}
            >
              from {origin.file}:{origin.line}
            </button>
          )}
          {hasPlace && <span class="finding-code">{code}</span>}
        </p>
      )}
    </div>
  );
}

function lineOf(line: number | undefined): { readonly line?: number } {
  return line === undefined ? {} : { line };
}

function placeText({ file, line }: { readonly file: string; readonly line?: number }): string {
  return line === undefined ? file : `${file}:${String(line)}`;
}

/** What stands in a view that has nothing to show. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

export function Busy({ text }: { readonly text: string }): JSX.Element {
  return (
    <p class="busy" role="status">
      <span class="spinner" aria-hidden="true" />
      {text}
    </p>
  );
}

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say('Copied.');
    } catch (error) {
      say(`Not copied: ${messageOf(error)}`, true);
    }
  };
  return <Button icon="copy" kind="quiet" label={label} onClick={() => void copy()} />;
}

/** A dialogue that holds the focus and gives it back; Escape ends it. */
export function Dialog({
  label,
  onClose,
  kind = 'sheet',
  children,
}: {
  readonly label: string;
  readonly onClose: () => void;
  readonly kind?: 'sheet' | 'palette';
  readonly children: ComponentChildren;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={kind}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // Chrome closes it at the second Escape unasked: it is opened again where it has to stay.
        onClose();
        requestAnimationFrame(() => {
          if (dialog.current?.open === false) dialog.current.showModal();
        });
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}

/** Buttons of which one is chosen. */
export function Choices<Name extends string>({
  label,
  names,
  chosen,
  onChoose,
}: {
  readonly label: string;
  readonly names: readonly (readonly [name: Name, title: string, count?: number])[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}): JSX.Element {
  return (
    <div class="choices" role="group" aria-label={label}>
      {names.map(([name, title, count]) => (
        <button
          type="button"
          key={name}
          aria-pressed={name === chosen}
          onClick={() => {
            onChoose(name);
          }}
        >
          {title}
          {count !== undefined && <span class="count">{count}</span>}
        </button>
      ))}
    </div>
  );
}

/** An answer of the server that is asked for when it is looked at, and again when what it depends on changes. */
export function useAnswer<T>(
  ask: () => Promise<T>,
  dependencies: readonly unknown[],
): { readonly answer: T | undefined; readonly why: string | undefined; readonly isBusy: boolean } {
  const [state, setState] = useState<{ answer: T | undefined; why: string | undefined; isBusy: boolean }>({
    answer: undefined,
    why: undefined,
    isBusy: true,
  });
  useEffect(() => {
    let isWanted = true;
    setState((old) => ({ ...old, isBusy: true }));
    ask().then(
      (answer) => {
        if (isWanted) setState({ answer, why: undefined, isBusy: false });
      },
      (error: unknown) => {
        if (isWanted) setState((old) => ({ ...old, why: messageOf(error), isBusy: false }));
      },
    );
    return () => {
      isWanted = false;
    };
  }, dependencies);
  return state;
}

/** A number with its noun: `1 file`, `2 files`. */
export function counted(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
