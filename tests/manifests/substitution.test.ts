import { describe, expect, it } from 'vitest';
import { evaluate, substitute, SubstitutionError, variablesIn } from '../../src/manifests/flux/substitution.ts';
import { RECORDED, VALUES } from './substitutions.ts';

function outcome(text: string, lookup: (name: string) => string | undefined): unknown {
  try {
    return evaluate(text, lookup);
  } catch (error) {
    if (!(error instanceof SubstitutionError)) throw error;
    return error.variable === undefined ? { unreadable: true } : { unset: error.variable };
  }
}

describe('evaluate', () => {
  it.each(RECORDED)("gives for $text what Flux' library gives", ({ text, strict, lenient }) => {
    expect(outcome(text, (name) => VALUES.get(name))).toEqual(strict);
    expect(outcome(text, (name) => VALUES.get(name) ?? '')).toEqual(lenient);
  });
});

describe('substitute', () => {
  it.each(RECORDED.filter(({ strict }) => typeof strict === 'string'))('gives for $text the same', (recorded) => {
    expect(substitute(recorded.text, VALUES)).toBe(recorded.strict);
  });

  it.each([
    ['${MISSING} ${MISSING/./-}', '${MISSING} ${MISSING/./-}'],
    ['${MISSING:=${GONE,,}}-${NAME,,}', '${GONE,,}-web'],
    ['${a.b} ${NAME}', '${a.b} ${NAME}'],
  ])('leaves alone what it does not know in %s', (text, expected) => {
    expect(substitute(text, VALUES)).toBe(expected);
  });
});

describe('variablesIn', () => {
  it.each([
    ['${A} $${B} ${C:=1}', ['A', 'C']],
    ['${A/./-} ${#B} ${C%.x} ${1x}', ['A', 'B', 'C', '1x']],
    ['${A:=${B}} ${C/${D}/x}', ['A', 'B', 'C', 'D']],
    ['${A} ${a.b} ${B}', ['A', undefined]],
    ['${}', [undefined]],
    ['${OPEN', [undefined]],
    ['$A {B}', []],
  ])('finds in %s', (text, names) => {
    expect(variablesIn(text).map(({ name }) => name)).toEqual(names);
  });

  it('tells which have a default', () => {
    const text = '${A} ${A:-x} ${A:=x} ${A=x} ${A:1} ${A:?x}';
    expect(variablesIn(text).map(({ hasDefault }) => hasDefault)).toEqual([false, true, true, true, false, true]);
  });
});
