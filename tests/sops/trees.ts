import fc from 'fast-check';
import type { Branch, Comment, Entry, List, Scalar, Tree, Value } from '../../src/sops/tree.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '\n',
      '#',
      ':',
      '-',
      '"',
      "'",
      '\t',
      '\\',
      '|',
      '\u0000',
      '\u0085',
      '\u2028',
      '\ufeff',
    ),
    maxLength: 8,
  }),
  fc.constantFrom(
    '',
    'yes',
    'null',
    '~',
    '0123',
    '1e3',
    '1_000',
    '.5',
    '2001-12-14',
    '<<',
    '...',
    '---',
    '12:30:45',
    'ENC[x]',
    '0x1F',
    '=',
    '!t',
  ),
);

const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  text.map((value) => ({ kind: 'str', value }) as const),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ kind: 'int', value }) as const),
  fc.double({ noNaN: true }).map((value) => ({ kind: 'float', value }) as const),
  fc.boolean().map((value) => ({ kind: 'bool', value }) as const),
  fc.constant({ kind: 'null' } as const),
  fc
    .constantFrom('2001-12-14T00:00:00Z', '2001-12-14T21:59:43.1-05:00')
    .map((value) => ({ kind: 'time', value }) as const),
);

const comment: fc.Arbitrary<Comment> = fc.record({
  kind: fc.constant('comment'),
  text: fc.string({ unit: fc.constantFrom('a', ':', '#', '-', '"', '%', '漢'), maxLength: 6 }),
  inline: fc.boolean(),
});

function join<T extends Value | Entry>(parts: readonly (readonly [Comment[], T])[], rest: Comment[]): (Comment | T)[] {
  if (parts.length === 0) return [];
  return [...parts.flatMap(([comments, item]) => [...comments, item]), ...rest];
}

const comments = fc.array(comment, { maxLength: 1 });

const { value, branch } = fc.letrec<{ value: Value; branch: Branch; list: List }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalar, tie('branch'), tie('list')),
  branch: fc
    .tuple(
      fc.uniqueArray(
        fc.tuple(
          comments,
          text.filter((key) => key !== 'sops'),
          tie('value'),
        ),
        { maxLength: 3, selector: ([, key]) => key },
      ),
      comments,
    )
    .map(([parts, rest]) => ({
      kind: 'map',
      items: join(
        parts.map(([before, key, of]) => [before, { kind: 'entry', key, value: of }]),
        rest,
      ),
    })),
  list: fc.tuple(fc.array(fc.tuple(comments, tie('value')), { maxLength: 3 }), comments).map(([parts, rest]) => ({
    kind: 'list',
    items: join<Value>(
      parts.map(([before, of]) => [before, withoutLeading(of)]),
      rest,
    ),
  })),
}));

/** A list's element cannot start with a comment: it would stand before the element as well. */
function withoutLeading(of: Value): Value {
  if (of.kind !== 'map' && of.kind !== 'list') return of;
  const first = of.items.findIndex((item) => item.kind !== 'comment');
  return { kind: of.kind, items: of.items.slice(Math.max(0, first)) } as Value;
}

export const anyValue: fc.Arbitrary<Value> = value;

export const anyTree: fc.Arbitrary<Tree> = fc.array(branch, { minLength: 1, maxLength: 2 });
