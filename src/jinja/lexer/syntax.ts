/** How the source of templates is written: delimiters and the treatment of white space. */
export interface SyntaxSettings {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  readonly lineStatementPrefix: string | undefined;
  readonly lineCommentPrefix: string | undefined;
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  readonly keepTrailingNewline: boolean;
  readonly newlineSequence: '\n' | '\r\n' | '\r';
}

/** Jinja's own defaults. */
export const DEFAULT_SYNTAX: SyntaxSettings = {
  blockStart: '{%',
  blockEnd: '%}',
  variableStart: '{{',
  variableEnd: '}}',
  commentStart: '{#',
  commentEnd: '#}',
  lineStatementPrefix: undefined,
  lineCommentPrefix: undefined,
  trimBlocks: false,
  lstripBlocks: false,
  keepTrailingNewline: false,
  newlineSequence: '\n',
};

/** What a tag that interrupts the text of a template can be. */
export type StartKind = 'raw' | 'variable' | 'lineStatement' | 'lineComment' | 'comment' | 'block';

/** The regular expressions of one way to write templates. */
export interface LexerRules {
  readonly settings: SyntaxSettings;
  /** Finds the next tag: for each kind a group of all of its opening, and one of its white space sign. */
  readonly start: RegExp;
  /** The kinds in the order in which they are tried. */
  readonly kinds: readonly StartKind[];
  readonly commentEnd: RegExp;
  /** Its group is the white space sign. */
  readonly rawEnd: RegExp;
  readonly blockEnd: RegExp;
  readonly variableEnd: RegExp;
  readonly lineStatementEnd: RegExp;
}

/** The characters that Python counts as white space; JavaScript's `\s` has other ones. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const LINE_START = '(?<![^\\n])';

/** The rules for these settings. Longer delimiters win over shorter ones that begin alike. */
export function compileRules(settings: SyntaxSettings): LexerRules {
  const space = `[${SPACE}]*`;
  const blockStart = escapeRegex(settings.blockStart);
  const blockEnd = escapeRegex(settings.blockEnd);
  const variableEnd = escapeRegex(settings.variableEnd);
  const commentEnd = escapeRegex(settings.commentEnd);
  const suffix = settings.trimBlocks ? '\\n?' : '';
  const closing = (end: string): string => `(?:\\+${end}|-${end}${space}|${end}${suffix})`;
  const tags = startTags(settings);
  const raw = `(${blockStart}(-|\\+|)${space}raw${space}(?:-${blockEnd}${space}|${blockEnd}))`;
  const patterns = tags.map(([, pattern]) => `(${pattern}(-|\\+|))`);
  return {
    settings,
    start: new RegExp([raw, ...patterns].join('|'), 'gs'),
    kinds: ['raw', ...tags.map(([kind]) => kind)],
    commentEnd: new RegExp(closing(commentEnd), 'gs'),
    rawEnd: new RegExp(`${blockStart}(-|\\+|)${space}endraw${space}${closing(blockEnd)}`, 'gs'),
    blockEnd: new RegExp(closing(blockEnd), 'ys'),
    variableEnd: new RegExp(`-${variableEnd}${space}|${variableEnd}`, 'ys'),
    lineStatementEnd: new RegExp(`${space}(?:\\n|(?![^\\n]))`, 'ys'),
  };
}

function startTags(settings: SyntaxSettings): [StartKind, string][] {
  const { lineStatementPrefix, lineCommentPrefix } = settings;
  // Jinja sorts by length, then by the names of its tokens, backwards: variable, linestatement, linecomment, comment, block.
  const tags: [kind: StartKind, text: string, pattern: string][] = [
    ['variable', settings.variableStart, escapeRegex(settings.variableStart)],
  ];
  if (lineStatementPrefix !== undefined) {
    const pattern = `${LINE_START}[ \\t\\v]*${escapeRegex(lineStatementPrefix)}`;
    tags.push(['lineStatement', lineStatementPrefix, pattern]);
  }
  if (lineCommentPrefix !== undefined) {
    const inner = `[${SPACE.replace('\\t-\\r', '\\t\\v\\f')}]*`;
    const pattern = `(?:${LINE_START}|(?<=[^${SPACE}]))${inner}${escapeRegex(lineCommentPrefix)}`;
    tags.push(['lineComment', lineCommentPrefix, pattern]);
  }
  tags.push(['comment', settings.commentStart, escapeRegex(settings.commentStart)]);
  tags.push(['block', settings.blockStart, escapeRegex(settings.blockStart)]);
  return tags
    .sort((left, right) => codePoints(right[1]) - codePoints(left[1]))
    .map(([kind, , pattern]) => [kind, pattern]);
}

function codePoints(text: string): number {
  return Array.from(text).length;
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
