import { changedLines } from './lines.ts';
import { formatPath } from '../text/values.ts';
import { labelOf } from './compare.ts';
import type { ObjectChange, ValueChange } from './model.ts';

/** What would change in the cluster between two trees. */
export interface Changes {
  /** How the trees are called: a commit, or the files on disk. */
  readonly before: string;
  readonly after: string;
  readonly objects: readonly ObjectChange[];
}

const SIGNS: Readonly<Record<ObjectChange['what'], string>> = { added: '+', changed: '~', removed: '-' };

/** Objects by who applies them, in the order of these names; first what the bootstrap brings. */
function byOwner(objects: readonly ObjectChange[]): [owner: string, changes: readonly ObjectChange[]][] {
  const owners = [...new Set(objects.map(({ owner }) => owner ?? ''))].sort();
  return owners.map((owner) => [owner, objects.filter((one) => (one.owner ?? '') === owner)]);
}

function nameOf({ kind, namespace, name }: ObjectChange): string {
  return `${kind} ${labelOf({ namespace, name })}`;
}

function ownerName(owner: string): string {
  return owner === '' ? 'Bootstrap' : `Kustomization ${owner}`;
}

function countText(objects: readonly ObjectChange[]): string {
  const count = (what: ObjectChange['what']): number => objects.filter((one) => one.what === what).length;
  const parts = (['added', 'changed', 'removed'] as const).flatMap((what) =>
    count(what) === 0 ? [] : [`${String(count(what))} ${what}`],
  );
  return parts.length === 0
    ? 'no object changes'
    : `${objects.length === 1 ? '1 object' : `${String(objects.length)} objects`}: ${parts.join(', ')}`;
}

/** One line for each image and chart, however many objects name it. */
function imageLines(objects: readonly ObjectChange[]): [image: string, before: string, after: string][] {
  const lines = new Map<string, [string, string, string]>();
  for (const { images, what } of objects) {
    // What comes or goes with its object is told by that.
    if (what !== 'changed') continue;
    for (const { image, before = '', after = '' } of images)
      lines.set(`${image} ${before} ${after}`, [image, before, after]);
  }
  return [...lines.values()].sort(([one], [other]) => (one < other ? -1 : 1));
}

function dangerLines(objects: readonly ObjectChange[]): [object: string, message: string][] {
  return objects.flatMap((change) => change.dangers.map(({ message }): [string, string] => [nameOf(change), message]));
}

/** A change in words: `spec.replicas: 1 → 2`. Values of secrets are left out. */
export function changeText({ path, before, after }: ValueChange, isSecret: boolean): string {
  const shown = (value: unknown): string => {
    if (value === undefined) return 'nothing';
    if (isSecret) return '[secret]';
    const text = JSON.stringify(value);
    return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
  };
  return `${formatPath(path)}: ${shown(before)} → ${shown(after)}`;
}

/** For a terminal. */
export function changesText({ before, after, objects }: Changes): string {
  const blocks = byOwner(objects).map(([owner, changes]) =>
    [
      ownerName(owner),
      ...changes.flatMap((change) => [
        `  ${SIGNS[change.what]} ${nameOf(change)}  ${change.file}`,
        ...change.values.map((value) => `      ${changeText(value, change.isSecret)}`),
        ...change.dangers.map(({ message }) => `    ! ${message}`),
      ]),
    ].join('\n'),
  );
  const images = imageLines(objects).map(([image, old, young]) => `  ${image}: ${old || 'none'} → ${young || 'none'}`);
  return `${[
    ...blocks,
    ...(images.length === 0 ? [] : [`Images and charts\n${images.join('\n')}`]),
    `${before} → ${after}, ${countText(objects)}`,
  ].join('\n\n')}\n`;
}

/** GitHub takes 65,536 characters as a comment; a workflow may have more to say. */
const LONGEST_COMMENT = 45_000;

/** For a comment on a pull request; lines of objects are left out, the last first, where it would become longer than a comment may be. */
export function changesMarkdown(changes: Changes, longest = LONGEST_COMMENT): string {
  const { before, after, objects } = changes;
  const dangers = dangerLines(objects);
  const images = imageLines(objects);
  const head = [
    `### ${sentence(countText(objects))}`,
    `\`${before}\` → \`${after}\``,
    ...(dangers.length === 0
      ? []
      : [
          `> [!WARNING]\n${dangers.map(([object, message]) => `> - **${escaped(object)}**: ${escaped(message)}`).join('\n')}`,
        ]),
    ...(images.length === 0
      ? []
      : [
          `| image or chart | before | after |\n| --- | --- | --- |\n${images.map((cells) => `| ${cells.map((cell) => `\`${cell.replaceAll('`', '').replaceAll('|', '\\|') || '-'}\``).join(' | ')} |`).join('\n')}`,
        ]),
  ];
  const parts = byOwner(objects).flatMap(([owner, of]) => [
    `#### ${escaped(ownerName(owner))}`,
    ...of.map(objectMarkdown),
  ]);
  const text: string[] = [];
  let room = longest - head.join('\n\n').length - 200;
  let left = 0;
  for (const part of parts) {
    if (left === 0 && part.length + 2 <= room) {
      text.push(part);
      room -= part.length + 2;
    } else left += 1;
  }
  const note =
    left === 0
      ? []
      : [
          `_Too long for a comment: ${left === 1 ? '1 part is' : `${String(left)} parts are`} left out. \`cluster-template diff\` shows them all._`,
        ];
  return `${[...head, ...text, ...note].join('\n\n')}\n`;
}

function objectMarkdown(change: ObjectChange): string {
  const summary = `${SIGNS[change.what]} ${nameOf(change)}`;
  const lines = changedLines(change);
  // A fence longer than any in the text ends where it should.
  const fence = '`'.repeat(Math.max(3, ...[...lines.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return `<details><summary>${escaped(summary)} <code>${escaped(change.file)}</code></summary>\n\n${fence}diff\n${lines.trimEnd()}\n${fence}\n\n</details>`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What means nothing in HTML and Markdown. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/([*_`[\]|@#])/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

/** A page that loads nothing and runs nothing. */
export function changesHtml(changes: Changes): string {
  const { before, after, objects } = changes;
  const dangers = dangerLines(objects);
  const images = imageLines(objects);
  const line = (text: string): string => {
    const kind = { '+': 'in', '-': 'out', '@': 'at' }[text.charAt(0)];
    return kind === undefined ? `${escaped(text)}\n` : `<span class="${kind}">${escaped(text)}</span>\n`;
  };
  const body = [
    `<h1>${sentence(countText(objects))}</h1>\n<p><code>${escaped(before)}</code> → <code>${escaped(after)}</code></p>`,
    ...(dangers.length === 0
      ? []
      : [
          `<section class="danger"><h2>Look twice</h2><ul>${dangers.map(([object, message]) => `<li><strong>${escaped(object)}</strong>: ${escaped(message)}</li>`).join('')}</ul></section>`,
        ]),
    ...(images.length === 0
      ? []
      : [
          `<h2>Images and charts</h2><table><thead><tr><th>name</th><th>before</th><th>after</th></tr></thead><tbody>${images.map((cells) => `<tr>${cells.map((cell) => `<td><code>${escaped(cell || '-')}</code></td>`).join('')}</tr>`).join('')}</tbody></table>`,
        ]),
    ...byOwner(objects).map(
      ([owner, of]) =>
        `<h2>${escaped(ownerName(owner))}</h2>${of.map((change) => `<details open><summary>${escaped(`${SIGNS[change.what]} ${nameOf(change)}`)} <code>${escaped(change.file)}</code></summary><pre>${changedLines(change).trimEnd().split('\n').map(line).join('')}</pre></details>`).join('\n')}`,
    ),
  ].join('\n');
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(sentence(countText(objects)))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; background: light-dark(#fbfbfa, #16181b); color: light-dark(#1d2126, #e6e8ea); }
main { max-width: 1100px; margin: 0 auto; padding: 20px; }
h1 { font-size: 22px; } h2 { margin-top: 28px; font-size: 17px; }
summary { padding: 4px 0; cursor: pointer; }
code { color: light-dark(#5a6169, #a3abb4); }
pre { overflow-x: auto; margin: 4px 0 14px; padding: 10px; border: 1px solid light-dark(#cfd4d9, #3b4148); border-radius: 6px; background: light-dark(#fff, #1f2226); font-size: 13px; }
.in { color: light-dark(#116329, #7ee787); } .out { color: light-dark(#a40e26, #ff9b93); } .at { color: light-dark(#5a6169, #a3abb4); }
.danger { padding: 4px 16px; border-left: 4px solid light-dark(#b3261e, #ff8a80); background: light-dark(#fff, #1f2226); } .danger h2 { margin-top: 8px; }
table { border-collapse: collapse; } th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid light-dark(#cfd4d9, #3b4148); text-align: left; }
`;
