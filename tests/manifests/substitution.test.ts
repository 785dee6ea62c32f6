import { describe, expect, it } from 'vitest';
import { substitute, variablesIn } from '../../src/manifests/substitution.ts';

const VALUES = new Map([
  ['DOMAIN', 'home.example.com'],
  ['NAME', 'Web'],
]);

describe('substitute', () => {
  // What github.com/fluxcd/pkg/envsubst gives for the same texts.
  it.each([
    ['plain text', 'plain text'],
    ['${DOMAIN}', 'home.example.com'],
    ['*.${DOMAIN}:443', '*.home.example.com:443'],
    ['${DOMAIN/./-}-tls', 'home-example.com-tls'],
    ['${DOMAIN//./-}', 'home-example-com'],
    ['${NAME,,} ${NAME^^}', 'web WEB'],
    ['${MISSING:=5Gi} ${MISSING:-x} ${NAME:-x}', '5Gi x Web'],
    ['$${DOMAIN}', '${DOMAIN}'],
    ['$DOMAIN $1', '$DOMAIN $1'],
    ['pa$$ss $$$x $$$$', 'pa$ss $$x $$'],
    ['$$$${DOMAIN} $$$${DOMAIN}$', '$${DOMAIN} $${DOMAIN}$'],
    ['$$${DOMAIN}', '$home.example.com'],
    ['${MISSING} ${MISSING/./-}', '${MISSING} ${MISSING/./-}'],
  ])('gives for %s', (text, expected) => {
    expect(substitute(text, VALUES)).toBe(expected);
  });
});

describe('variablesIn', () => {
  it.each([
    ['${A} $${B} ${C:=1}', ['A', 'C']],
    ['${A/./-} ${#B} ${C%.x}', ['A', 'B', 'C']],
    ['${a.b} ${} ${1x} ${OPEN', [undefined, undefined, undefined, undefined]],
    ['$A {B}', []],
  ])('finds in %s', (text, names) => {
    expect(variablesIn(text).map(({ name }) => name)).toEqual(names);
  });

  it('tells which have a default', () => {
    expect(variablesIn('${A} ${A:-x} ${A:=x} ${A=x} ${A:1}').map(({ hasDefault }) => hasDefault)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});
