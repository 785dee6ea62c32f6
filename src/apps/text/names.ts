import { yamlWord } from '../../text/yaml-plain.ts';
import { escaped } from './nodes.ts';

/**
 * A text with another name in it wherever the old one stands as a word: `films`, `FILMS_URL`, `Films` and `film_room` for `film-room`.
 *
 * @param from - a name of Kubernetes
 */
export function withName(text: string, from: string, to: string): string {
  const forms: readonly ((name: string) => string)[] = [
    (name) => name,
    (name) => name.replaceAll('-', '_'),
    (name) => name.toUpperCase().replaceAll('-', '_'),
    (name) => name.split('-').map(capital).join(' '),
    (name) => name.split('-').map(capital).join(''),
  ];
  return forms.reduce((result, form) => {
    const word = new RegExp(`(?<![A-Za-z0-9])${escaped(form(from))}(?![A-Za-z0-9])`, 'g');
    return result.replace(word, () => form(to));
  }, text);
}

/** A text in which a name is quoted wherever it is a whole value or key of YAML, if it would be no text there: `on`, `404`. */
export function quotedWhereAlone(text: string, name: string): string {
  const word = yamlWord(name);
  if (word === name) return text;
  const [own, lead] = [escaped(name), '^[ \\t]*(?:- +)*'];
  return text
    .replace(new RegExp(`(${lead}(?:[\\w./-]+: +)?(?:&\\S+ +)?)${own}(?=[ \\t]*(?:\\r?$|#))`, 'gm'), `$1${word}`)
    .replace(new RegExp(`(${lead})${own}(?=:(?:\\s|$))`, 'gm'), `$1${word}`);
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
