import type { YAMLError } from 'yaml';

interface Explanation {
  readonly message: string;
  readonly remedy: string;
}

const UNREADABLE: Explanation = {
  message: 'the file is not valid YAML here',
  remedy: 'check the indentation, the colons and the quotes of this line and of the one above',
};

/** For a quoted text that runs on to the end of the file, or into what should be the next field. */
export const UNCLOSED_QUOTE: Explanation = {
  message: 'the quote that opens here is not closed',
  remedy: 'close it on the same line',
};

/** For a list or map in brackets or braces that runs on into what should be the next field. */
export const UNCLOSED_BRACKET: Explanation = {
  message: 'the bracket or brace that opens here is not closed',
  remedy: 'close it, and indent the lines in between',
};

/** For a field below one that has a value already. */
export const TOO_DEEP: Explanation = {
  message: 'the line is indented deeper than the one above, which has a value already',
  remedy: 'indent it like its neighbours, with spaces',
};

/** By the code of the package `yaml`, whose own texts may quote the source and so a secret. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  MULTIPLE_DOCS: {
    message: 'the file holds several documents',
    remedy: 'keep one document: remove the line `---` and what belongs to the other one',
  },
  TAB_AS_INDENT: { message: 'the line is indented with a tab', remedy: 'indent with spaces' },
  TAG_RESOLVE_FAILED: {
    message: 'the tag of the value is not known here',
    remedy: 'remove the tag, which begins with `!`',
  },
  MISSING_CHAR: {
    message: 'a character is missing here',
    remedy: 'close brackets and braces, and write a space after a colon and after the hyphen of a list item',
  },
  BAD_SCALAR_START: { message: 'a value begins with a character that YAML reserves', remedy: 'quote the value' },
  BAD_DQ_ESCAPE: {
    message: 'the backslash in double quotes begins no escape that YAML knows',
    remedy: 'write the backslash twice, or the text in single quotes',
  },
  BAD_INDENT: {
    message: 'the line is not indented as its place asks for',
    remedy: 'indent it like its neighbours, with spaces',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a key with a value follows where a plain value belongs',
    remedy: 'write each key on a line of its own, and quote a value that holds a colon and a space',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key runs over several lines',
    remedy: 'write the key on one line, with a colon and a space behind it',
  },
  BAD_DIRECTIVE: { message: 'the directive is not known', remedy: 'remove the line that begins with `%`' },
};

/** What is wrong and what would be right, for an error of the package `yaml`. */
export function explainYamlError(error: YAMLError): Explanation {
  // What the package misses is the hyphen of another item.
  const code = error.message.startsWith('Sequence item without') ? 'BAD_INDENT' : error.code;
  return EXPLANATIONS[code] ?? UNREADABLE;
}
