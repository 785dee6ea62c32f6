/** Text, or where it ends to be UTF-8: line and column count from 1, the column in UTF-16 units. */
type Decoded = { readonly text: string } | { readonly line: number; readonly column: number };

/** The text of UTF-8 bytes; a byte order mark stays. */
export function decodeUtf8(bytes: Uint8Array): Decoded {
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return firstMistake(bytes);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function firstMistake(bytes: Uint8Array): { readonly line: number; readonly column: number } {
  let [line, column] = [1, 1];
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at] ?? 0);
    const character = tryDecode(bytes.subarray(at, at + length));
    if (character === undefined) break;
    [line, column] = character === '\n' ? [line + 1, 1] : [line, column + character.length];
    at += length;
  }
  return { line, column };
}

/** Bytes of the character that begins with this one. */
function lengthOf(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
