import { describe, expect, it } from 'vitest';
import { Draft } from '../../src/apps/draft.ts';
import { withEntry, withoutEntry } from '../../src/apps/text/lists.ts';
import { withBlock, withKey, withMember, withScalars } from '../../src/apps/text/members.ts';
import { withName } from '../../src/apps/text/names.ts';

const LISTS: Readonly<Record<string, { readonly text: string; readonly entry: string; readonly after: string }>> = {
  'in the order of its sort': {
    text: 'resources:\n  - ./namespace.yaml\n  - ./a/ks.yaml\n  - ./c/ks.yaml\n',
    entry: 'b/ks.yaml',
    after: 'resources:\n  - ./namespace.yaml\n  - ./a/ks.yaml\n  - ./b/ks.yaml\n  - ./c/ks.yaml\n',
  },
  'below the heading of its sort': {
    text: 'resources:\n- namespace.yaml\n# Apps\n- b/ks.yaml\nkind: Kustomization\n',
    entry: 'a/ks.yaml',
    after: 'resources:\n- namespace.yaml\n# Apps\n- a/ks.yaml\n- b/ks.yaml\nkind: Kustomization\n',
  },
  'between an entry and the comment of the next': {
    text: 'resources:\n  - ./a/ks.yaml\n  # not c\n  - ./d/ks.yaml # why\n',
    entry: 'b/ks.yaml',
    after: 'resources:\n  - ./a/ks.yaml\n  - ./b/ks.yaml\n  # not c\n  - ./d/ks.yaml # why\n',
  },
  'at the end of a list without order': {
    text: 'resources:\n  - ./z/ks.yaml\n  - ./a/ks.yaml\n',
    entry: 'b/ks.yaml',
    after: 'resources:\n  - ./z/ks.yaml\n  - ./a/ks.yaml\n  - ./b/ks.yaml\n',
  },
  'as the first of all': {
    text: 'resources:\n    # B is fine.\n    - "./b/ks.yaml"\n',
    entry: 'a/ks.yaml',
    after: 'resources:\n    # B is fine.\n    - "./a/ks.yaml"\n    - "./b/ks.yaml"\n',
  },
  'outside of what a template may leave out': {
    text: '#% from x import y %#\nresources:\n  - ./a/ks.yaml\n#% if b %#\n  - ./b/ks.yaml\n#% endif %#\n  - ./d/ks.yaml\n',
    entry: 'c/ks.yaml',
    after:
      '#% from x import y %#\nresources:\n  - ./a/ks.yaml\n#% if b %#\n  - ./b/ks.yaml\n#% endif %#\n  - ./c/ks.yaml\n  - ./d/ks.yaml\n',
  },
  'of an empty list': {
    text: 'kind: Kustomization\nresources: []\n',
    entry: 'a/ks.yaml',
    after: 'kind: Kustomization\nresources:\n  - ./a/ks.yaml\n',
  },
  'in brackets': {
    text: 'resources: [./a/ks.yaml]\n',
    entry: 'b/ks.yaml',
    after: 'resources: [./a/ks.yaml, ./b/ks.yaml]\n',
  },
  'in a file with line breaks of Windows': {
    text: 'resources:\r\n  - ./a/ks.yaml\r\n',
    entry: 'b/ks.yaml',
    after: 'resources:\r\n  - ./a/ks.yaml\r\n  - ./b/ks.yaml\r\n',
  },
};

describe('an entry of a list', () => {
  it.each(Object.entries(LISTS))('%s is added, and taken out again', (_, { text, entry, after }) => {
    expect(withEntry(text, ['resources'], entry)).toBe(after);
    expect(withEntry(after, ['resources'], entry)).toBe(after);
    expect(withoutEntry(after, ['resources'], entry)).toBe(text);
  });

  it('is added to a list that is not there, and to a file without a last line break', () => {
    expect(withEntry('kind: Kustomization\n', ['resources'], 'a')).toBe('kind: Kustomization\nresources:\n  - ./a\n');
    expect(withEntry('resources:\n  - ./a', ['resources'], 'b')).toBe('resources:\n  - ./a\n  - ./b');
  });

  it('is added where an order says so', () => {
    const order = (one: string, other: string): number => other.length - one.length;
    expect(withEntry('resources:\n  - ./abc\n  - ./a\n', ['resources'], 'ab', order)).toBe(
      'resources:\n  - ./abc\n  - ./ab\n  - ./a\n',
    );
  });

  it('goes with the comment that is about it, and no other', () => {
    const text = 'resources:\n  # Apps\n  # site: the page\n  - ./site/ks.yaml\n  # next\n  - ./z/ks.yaml\n';
    expect(withoutEntry(text, ['resources'], './site/ks.yaml')).toBe(
      'resources:\n  # Apps\n  # next\n  - ./z/ks.yaml\n',
    );
    expect(withoutEntry(text, ['resources'], './other/ks.yaml')).toBe(text);
  });
});

describe('a text', () => {
  it('keeps its quotes, and an alias changes what it stands for', () => {
    const text = 'a: &x echo # a\nb: *x\nc: "q"\nd: \'e\'\n---\na: [b, c]\n';
    const changes = [
      { index: 0, path: ['a'], value: 'site' },
      { index: 0, path: ['b'], value: 'site' },
      { index: 0, path: ['c'], value: '12' },
      { index: 0, path: ['d'], value: "it's" },
      { index: 1, path: ['a', 1], value: 'true' },
    ];
    expect(withScalars(text, changes)).toBe("a: &x site # a\nb: *x\nc: \"12\"\nd: 'it''s'\n---\na: [b, 'true']\n");
  });

  it('is left to people where it is none on one line', () => {
    expect(withScalars('a: |\n  b\n', [{ index: 0, path: ['a'], value: 'c' }])).toBeUndefined();
    expect(withScalars('a: {}\n', [{ index: 0, path: ['a'], value: 'c' }])).toBeUndefined();
    expect(withScalars('a: b\n', [{ index: 0, path: ['c'], value: 'c' }])).toBeUndefined();
  });
});

describe('a member of a map', () => {
  it('gets another key, a neighbour or other lines', () => {
    expect(withKey('a:\n  "b": 1 # one\n', 0, ['a', 'b'], 'c')).toBe('a:\n  "c": 1 # one\n');
    expect(withKey('a: 1\n', 0, ['b'], 'c')).toBeUndefined();
    expect(withMember('a:\n  - b: 1 # one\nc: 2\n', { index: 0, path: ['a', 0] }, 'd', 'no')).toBe(
      "a:\n  - b: 1 # one\n    d: 'no'\nc: 2\n",
    );
    expect(withMember('a: { b: 1 }\n', { index: 0, path: ['a'] }, 'd', 'x')).toBe('a: { b: 1, d: x }\n');
    expect(withMember('a: {b: 1}\n', { index: 0, path: ['a'] }, 'b', 'x')).toBe('a: {b: 1}\n');
    expect(withMember('a: 1\n', { index: 0, path: ['a'] }, 'b', 'x')).toBeUndefined();
    expect(withBlock('a:\n  # old\n  b:\n    c: 1\n  d: 2\n', 0, ['a', 'b'], 'x:\n  y: 1\n')).toBe(
      'a:\n  # old\n  x:\n    y: 1\n  d: 2\n',
    );
    expect(withBlock('a: {b: 1}\n', 0, ['a', 'b'], 'x: 1\n')).toBeUndefined();
  });
});

describe('another name in a text', () => {
  it.each([
    ['films FILMS__PORT Films films-crds', 'films', 'movies', 'movies MOVIES__PORT Movies movies-crds'],
    ['filmstrip refilms films2', 'films', 'movies', 'filmstrip refilms films2'],
    ['home_room HOME_ROOM Home Room HomeRoom', 'home-room', 'x', 'x X X X'],
  ])('%s', (text, from, to, after) => {
    expect(withName(text, from, to)).toBe(after);
  });
});

describe('a draft', () => {
  const file = (path: string, text: string) => ({ path, source: path, text, isGenerated: false, isSecret: false });

  it('tells what is different, and where moved files come from', () => {
    const draft = new Draft([file('a', '1'), file('b', '2'), file('c', '3'), file('d', '4')]);
    draft.move('a', 'x/a');
    draft.edit('x/a', (text) => `${text}!`);
    draft.move('x/a', 'y/a');
    draft.remove('b');
    draft.write('c', '3');
    draft.write('e', '5');
    draft.move('d', 'z');
    draft.move('z', 'd');
    expect(draft.changes()).toEqual([
      { path: 'b', before: '2' },
      { path: 'e', after: '5' },
      { path: 'y/a', from: 'a', before: '1', after: '1!' },
    ]);
    expect(draft.below('y')).toEqual(['y/a']);
  });
});

describe('a list whose name a patch has too', () => {
  const PATCHED =
    'patches:\n  - patch: |\n      containers:\n        - name: a\n          resources:\nresources:\n  - ./a.yaml\n';

  it('loses its last entry by itself', () => {
    expect(withoutEntry(PATCHED, ['resources'], 'a.yaml')).toBe(PATCHED.replace(':\n  - ./a.yaml\n', ': []\n'));
  });

  it('gets its first entry by itself', () => {
    const none = PATCHED.replace('resources:\n  - ./a.yaml\n', '');
    expect(withEntry(none, ['resources'], 'a.yaml')).toBe(PATCHED);
    expect(withEntry(`${none}resources: []\n`, ['resources'], 'a.yaml')).toBe(PATCHED);
  });
});
