import { isMetadata, METADATA_KEY } from '../metadata.ts';
import type { Comment, Entry, Tree } from '../tree.ts';
import { flatten, plainText, textEntry, unflatten, wrong } from './flat-keys.ts';
import { placeIn } from './json.ts';

/** What the keys of metadata begin with. */
const PREFIX = `${METADATA_KEY}_`;

/**
 * The tree of a dotenv text by the rules of the sops program, which are not those of shells: a line is a comment where it starts with
 * `#`, and else `key=value`, blanks and quotes included; `\n` stands for a line break. Keys that begin with `sops_` are metadata. Throws a
 * Failure with the line of what is none of these.
 */
export function readDotenv(text: string, file: string): Tree {
  const items: (Comment | Entry)[] = [];
  const flat: Entry[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (line.startsWith('#')) items.push({ kind: 'comment', text: line.slice(1), inline: false });
    else if (at !== -1) {
      const key = line.slice(0, at);
      const value = line.slice(at + 1).replaceAll('\\n', '\n');
      if (key.startsWith(PREFIX)) flat.push(textEntry(key.slice(PREFIX.length), value));
      else items.push(textEntry(key, value));
    } else if (line !== '')
      throw wrong(placeIn(text, offset, file), 'The line is neither `KEY=value` nor a comment', 'start it with #');
    offset += line.length + 1;
  }
  return [{ kind: 'map', items: flat.length === 0 ? items : [...items, unflatten(flat, file)] }];
}

/** The tree as a dotenv text, as the sops program writes it. Throws a Failure where it has levels. */
export function writeDotenv(tree: Tree): string {
  const items = (tree[0]?.items ?? []).flatMap((item): readonly (Comment | Entry)[] =>
    isMetadata(item) ? flatten(item.value, METADATA_KEY, '_') : [item],
  );
  return items.map((item) => `${item.kind === 'comment' ? `#${item.text}` : dotenvLine(item)}\n`).join('');
}

function dotenvLine({ key, value }: Entry): string {
  return `${key}=${plainText(key, value).replaceAll('\n', '\\n')}`;
}
