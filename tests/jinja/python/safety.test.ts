import { describe, expect, it } from 'vitest';
import { isKind } from '../../../src/jinja/errors.ts';
import { getMethod, lookupAttribute, lookupItem } from '../../../src/jinja/python/attributes.ts';
import { call } from '../../../src/jinja/python/callable.ts';
import { makeDict } from '../../../src/jinja/python/dict.ts';
import { PyFloat } from '../../../src/jinja/python/numbers.ts';
import { formatFields } from '../../../src/jinja/python/format.ts';
import { PyIterator } from '../../../src/jinja/python/iterator.ts';
import { Markup } from '../../../src/jinja/python/markup.ts';
import { NOT_FOUND } from '../../../src/jinja/python/object.ts';
import { repr, str } from '../../../src/jinja/python/text.ts';
import { tuple } from '../../../src/jinja/python/tuple.ts';

const NAMES = [
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'length',
  'size',
  'then',
  'call',
  'apply',
  'bind',
  'name',
  'value',
  'set',
  'has',
  'forEach',
  'map',
  'next',
  '__defineGetter__',
];

class Account {
  secret = 'x';
  get derived(): string {
    return this.secret;
  }
}

const VALUES: readonly (readonly [string, unknown])[] = [
  ['str', 'abc'],
  ['Markup', new Markup('abc')],
  ['int', 5],
  ['big int', 2n ** 70n],
  ['float', new PyFloat(1)],
  ['fraction', 1.5],
  ['bool', true],
  ['None', null],
  ['undefined', undefined],
  ['list', [1]],
  ['tuple', tuple([1])],
  ['Map', new Map([['a', 1]])],
  ['Dict', makeDict([['a', 1]])],
  ['object', { a: 1 }],
  ['object without prototype', Object.assign(Object.create(null) as object, { a: 1 })],
  ['function', () => 1],
  ['class', Account],
  ['instance', new Account()],
  ['Date', new Date(0)],
  ['Symbol', Symbol('s')],
  ['iterator', new PyIterator([1][Symbol.iterator](), 'g')],
];

describe('nothing of JavaScript can be reached', () => {
  it.each(VALUES)('%s', (_, value) => {
    for (const name of NAMES) {
      expect(lookupAttribute(value, name)).toBe(NOT_FOUND);
      expect(lookupItem(value, name)).toBe(NOT_FOUND);
      expect(getMethod(value, name)).toBe(NOT_FOUND);
    }
  });

  it('format fields see data only', () => {
    const values = { args: [{ a: { b: 1 } }], mapping: new Map(), getAttribute: lookupAttribute, safe: false };
    expect(formatFields('{0[a][b]}', values)).toBe('1');
    expect(() => formatFields('{0.constructor}', values)).toThrow("'dict' object has no attribute 'constructor'");
    expect(() => formatFields('{0[constructor]}', values)).toThrow("'constructor'");
  });

  it('getters and inherited properties are no keys', () => {
    const inherited = Object.create({ hidden: 1 }) as object;
    const hidden = Object.defineProperty({}, 'x', { value: 1, enumerable: false });
    expect(lookupItem(inherited, 'hidden')).toBe(NOT_FOUND);
    expect(lookupItem(hidden, 'x')).toBe(NOT_FOUND);
    expect(lookupItem(new Account(), 'secret')).toBe(NOT_FOUND);
  });

  it('foreign objects print without their insides', () => {
    expect(repr(new Account())).toBe('<object>');
    expect(str(Symbol('s'))).toBe('<object>');
  });
});

describe('data of the program', () => {
  it('keys named after JavaScript are just keys', () => {
    const data = JSON.parse('{"__proto__": 1, "constructor": 2}') as object;
    expect(lookupItem(data, '__proto__')).toBe(1);
    expect(repr(data)).toBe("{'__proto__': 1, 'constructor': 2}");
    call(getMethod(data, 'update'), [makeDict([['__proto__', { polluted: true }]])]);
    expect(lookupItem(data, '__proto__')).toEqual({ polluted: true });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('changes only through methods that change it', () => {
    const data = { list: [1], map: new Map([['a', 1]]) };
    call(getMethod(data.list, 'append'), [2]);
    call(getMethod(data.map, 'pop'), ['a']);
    call(getMethod(data, 'setdefault'), ['new', 3]);
    expect(data).toEqual({ list: [1, 2], map: new Map(), new: 3 });
  });

  it('a frozen or oddly keyed change is an error of the template', () => {
    expect(() => call(getMethod({}, 'setdefault'), [1, 2])).toThrow('must be str');
  });

  it('plain functions take positional arguments only', () => {
    const join = (...parts: unknown[]): string => parts.join('-');
    expect(call(join, [1, 2])).toBe('1-2');
    expect(call(() => undefined, [])).toBeNull();
    let thrown: unknown;
    try {
      call(join, [], new Map([['sep', ',']]));
    } catch (error) {
      thrown = error;
    }
    expect(isKind(thrown, 'TypeError')).toBe(true);
  });
});
