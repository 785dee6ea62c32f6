import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Annotation, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** What the page tells of the document besides its text. */
export interface Mark {
  /** Counted from 1, in UTF-16 units, as findings count. */
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly actions: readonly { readonly name: string; readonly act: () => void }[];
}

/** A key that may stand in the document, with its values where it has a few. */
export interface KnownKey {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly values: readonly string[];
}

interface Options {
  /** What the editor is called for whoever does not see it. */
  readonly label: string;
  readonly text: string;
  readonly keys: () => readonly KnownKey[];
  /** Called for what a person types, never for what `setText` brings. */
  readonly onType: (text: string) => void;
}

/** Marks a change that came from elsewhere. */
const FromOutside = Annotation.define<boolean>();

/** The text of one file. It lies in a shadow root: style sheets that are constructed there need no exception from the page's policy. */
export class TextEditor {
  readonly #view: EditorView;
  /** What ends the lines of the text: the editor itself knows one kind alone. */
  #lineBreak: string;

  constructor(host: HTMLElement, { label, text, keys, onType }: Options) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    root.replaceChildren();
    const frame = document.createElement('div');
    frame.style.height = '100%';
    root.append(frame);
    this.#lineBreak = lineBreakOf(text);
    this.#view = new EditorView({
      root,
      parent: frame,
      state: EditorState.create({
        doc: text,
        extensions: [
          ...BASE,
          autocompletion({ override: [(context) => complete(context, keys())], icons: false }),
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            const isTyped = update.transactions.some((one) => one.docChanged && one.annotation(FromOutside) !== true);
            const { doc } = update.state;
            if (isTyped) onType(doc.sliceString(0, doc.length, this.#lineBreak));
          }),
        ],
      }),
    });
  }

  /** Takes a text from elsewhere; what is the same in both stays, and with it the cursor and what is looked at. */
  setText(whole: string): void {
    this.#lineBreak = lineBreakOf(whole);
    const text = whole.replaceAll(/\r\n?/g, '\n');
    const old = this.#view.state.doc.toString();
    if (old === text) return;
    let start = 0;
    while (start < old.length && start < text.length && old[start] === text[start]) start += 1;
    let [oldEnd, newEnd] = [old.length, text.length];
    while (oldEnd > start && newEnd > start && old[oldEnd - 1] === text[newEnd - 1]) {
      oldEnd -= 1;
      newEnd -= 1;
    }
    this.#view.dispatch({
      changes: { from: start, to: oldEnd, insert: text.slice(start, newEnd) },
      annotations: FromOutside.of(true),
    });
  }

  setMarks(marks: readonly Mark[]): void {
    const { doc } = this.#view.state;
    const diagnostics = marks.flatMap((mark): Diagnostic[] => {
      if (mark.line > doc.lines) return [];
      const line = doc.line(mark.line);
      const from = Math.min(line.from + mark.column - 1, line.to);
      const to = Math.min(from + mark.length, line.to);
      const actions = mark.actions.map(({ name, act }) => ({ name, apply: act }));
      return [{ from, to, severity: mark.severity, message: mark.message, actions }];
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /** Brings a line into sight and puts the cursor there. */
  show(line: number, withFocus: boolean): void {
    const { doc } = this.#view.state;
    const { from } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.#view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    if (withFocus) this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** Keys at the beginning of a line that are not there yet; behind a key its values. */
function complete(context: CompletionContext, keys: readonly KnownKey[]): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const value = /^\s*(?:- )?(\w+):\s+(\S*)$/.exec(before);
  if (value !== null) {
    const [, name = '', typed = ''] = value;
    const options = keys.find((key) => key.name === name)?.values.map((label): Completion => ({ label })) ?? [];
    return options.length === 0 ? null : { from: context.pos - typed.length, options };
  }
  const start = /^\s*(?:- )?(\w*)$/.exec(before);
  const typed = start?.[1] ?? '';
  if (start === null || (typed === '' && !context.explicit)) return null;
  const options = keys.map(({ name, title, description }): Completion => ({
    label: name,
    detail: title,
    info: description,
    apply: `${name}: `,
  }));
  return { from: context.pos - typed.length, options, validFor: /^\w*$/ };
}

const COLOURS = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--quiet)' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.content, tags.attributeValue], color: 'var(--text)' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: 'var(--quiet)' },
  { tag: [tags.meta, tags.labelName, tags.typeName], color: 'var(--route)' },
]);

const UNDERLINE = { backgroundImage: 'none', textDecoration: 'underline wavy', textUnderlineOffset: '3px' };

const THEME = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--raised)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 14px 0 6px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--raised)', color: 'var(--quiet)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '34px', padding: '0 6px 0 4px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-lintRange-error': { ...UNDERLINE, textDecorationColor: 'var(--red)' },
  '.cm-lintRange-warning': { ...UNDERLINE, textDecorationColor: 'var(--amber)' },
  '.cm-lintRange-info': { ...UNDERLINE, textDecorationColor: 'var(--accent)' },
  '.cm-lint-marker': { content: 'none', width: '9px', height: '9px', margin: '5px 2px', borderRadius: '50%' },
  '.cm-lint-marker-error': { content: 'none', backgroundColor: 'var(--red)' },
  '.cm-lint-marker-warning': { content: 'none', backgroundColor: 'var(--amber)' },
  '.cm-lint-marker-info': { content: 'none', backgroundColor: 'var(--accent)' },
  '.cm-gutter-lint': { width: '14px' },
  '.cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--border)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow)',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '16em' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { fontFamily: 'system-ui, sans-serif', fontStyle: 'normal', color: 'inherit' },
  '.cm-completionInfo': { font: '12.5px/1.45 system-ui, sans-serif', padding: '8px 10px', maxWidth: '320px' },
  '.cm-diagnostic': { padding: '6px 10px', font: '12.5px/1.45 system-ui, sans-serif', maxWidth: '420px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--red)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--amber)' },
  '.cm-diagnosticAction': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)', padding: '2px 8px' },
});

/** `tab` leaves the editor after Escape, as CodeMirror has it. */
const BASE: readonly Extension[] = [
  lineNumbers(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of('  '),
  EditorState.tabSize.of(2),
  yaml(),
  syntaxHighlighting(COLOURS),
  lintGutter(),
  // Mod-Enter is the page's: it confirms the plan and writes no line.
  keymap.of([...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'), ...historyKeymap, indentWithTab]),
  EditorView.lineWrapping,
  THEME,
];
