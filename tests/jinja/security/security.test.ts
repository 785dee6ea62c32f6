import { describe, expect, it } from 'vitest';
import { Environment } from '../../../src/jinja/environment.ts';
import { TemplateError } from '../../../src/jinja/errors.ts';
import { DictLoader } from '../../../src/jinja/loaders.ts';
import { DEFAULT_BUDGET, LARGEST_BUDGET } from '../../../src/jinja/python/budget.ts';
import { PyObject } from '../../../src/jinja/python/object.ts';
import { eachOf } from '../../support/parted.ts';
import { type Attack, changes, globals, run } from './attack.ts';
import { READING, sampleData } from './data.ts';
import { EXHAUSTION } from './exhaustion.ts';
import { FORMATTING } from './formatting.ts';
import { INJECTION } from './injection.ts';
import { NAMES } from './names.ts';
import { FORMATS, PATTERNS, SOURCES } from './patterns.ts';
import { POLLUTION } from './pollution.ts';
import { INSIDE, REACH } from './reach.ts';

const TABLES: Readonly<Record<string, readonly Attack[]>> = {
  'the way out through attributes and items': REACH,
  'the insides of objects': INSIDE,
  'formats and filters that read attributes': FORMATTING,
  'names of JavaScript': NAMES,
  'what belongs to others': POLLUTION,
  'code in the place of text': INJECTION,
  'texts made for slow patterns': PATTERNS,
  'formats made for slow patterns': FORMATS,
  'sources made for slow patterns': SOURCES,
};

describe.each(Object.entries(TABLES))('%s', (table, attacks) => {
  const rows = attacks.map((attack) => [attack.name, attack] as const);
  eachOf(rows, table.includes('slow patterns') ? 10 : 1)('%s', (_name, attack) => {
    const before = globals();
    const { ended } = run(attack, LARGEST_BUDGET);
    expect(ended).toEqual(attack.ends);
    expect(changes(before, globals())).toEqual([]);
  });
});

it('there are as many ways out of a template as were ever tried', () => {
  const count = [REACH, INSIDE, FORMATTING, NAMES, POLLUTION].flat().length;
  console.log(`${String(count)} ways out of a template, none of them open`);
  expect(count).toBeGreaterThanOrEqual(96);
});

describe('more than there is', () => {
  /** A tenth of the default, so that the whole table takes as long as ten of its rows would. */
  const BUDGET = { work: DEFAULT_BUDGET.work / 10, memory: Math.floor(DEFAULT_BUDGET.memory / 8) };

  const rows = EXHAUSTION.map((attack) => [attack.name, attack] as const);
  eachOf(rows, 30)('%s', (_name, attack) => {
    const { ended, message, usage } = run(attack, BUDGET);
    expect(ended).toEqual(attack.ends);
    expect(usage.work).toBeLessThanOrEqual(BUDGET.work);
    expect(usage.memory).toBeLessThanOrEqual(BUDGET.memory);
    if ('stopped' in ended) {
      const { stopped } = ended;
      expect(message).toContain(BUDGET[stopped].toLocaleString('en-GB'));
      expect(message).toContain(`limits.${stopped}`);
      // It is counted, not timed, what stops it: the same number each time.
      expect(run(attack, BUDGET).usage).toEqual(usage);
    }
  });

  it('has a default for every environment, and a largest budget', () => {
    expect(new Environment().limits).toEqual({ ...DEFAULT_BUDGET, recursion: 1000, output: undefined });
    expect(() => new Environment({ limits: { work: 2 ** 31 } })).toThrow('limits.work must be a whole number');
    expect(() => new Environment({ limits: { memory: 0.5 } })).toThrow('limits.memory must be a whole number');
  });

  it('is paid for by the outer render where one renders within another', () => {
    const environment = new Environment({ limits: { work: 100_000 } });
    const inner = environment.fromString('{% for i in range(1000) %}{{ i }}{% endfor %}');
    environment.addGlobal('inner', () => inner.render());
    expect(inner.render().length).toBe(2890);
    expect(() => environment.fromString('{% for i in range(100) %}{{ inner() }}{% endfor %}').render()).toThrow(
      '100,000 steps',
    );
    // What came to an end leaves nothing behind.
    expect(inner.render().length).toBe(2890);
  });

  it('costs a render the same whether or not its templates are compiled already', () => {
    const usage = (warm: boolean): number => {
      const environment = new Environment({
        loader: new DictLoader({ a: '{{ 1 + 1 }}{% set b = [1] * 100 %}{{ b }}' }),
      });
      if (warm) environment.getTemplate('a');
      environment.fromString("{% include 'a' %}").render();
      return environment.highestUsage.work;
    };
    expect(usage(true)).toBe(usage(false));
  });
});

describe('data of the program', () => {
  it.each(READING)('is not changed by %s', (source) => {
    const data = frozen(sampleData());
    const mutable = sampleData();
    const text = new Environment().fromString(source).render(data);
    expect(new Environment().fromString(source).render(mutable).length).toBe(text.length);
    expect(mutable).toEqual(sampleData());
  });

  it('that is frozen makes mutating methods fail as errors of the template', () => {
    for (const source of [
      '{{ list.append(1) }}',
      '{{ list.sort() }}',
      "{{ table.update({'x': 1}) }}",
      '{{ list.clear() }}',
    ]) {
      expect(() => new Environment().fromString(source).render(frozen(sampleData()))).toThrow(TemplateError);
    }
  });

  it('that throws when it is read raises an error of the template with its place', () => {
    const trap = new Proxy({}, { getOwnPropertyDescriptor: () => fail(), get: () => fail(), ownKeys: () => fail() });
    const getter = Object.defineProperty({}, 'a', { enumerable: true, get: () => fail() });
    for (const x of [trap, getter]) {
      let thrown: unknown;
      try {
        new Environment().fromString('\n{{ x.a }}').render({ x });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(TemplateError);
      expect(thrown).toMatchObject({ kind: 'RuntimeError', message: 'trapped', line: 2 });
    }
  });

  it('without an end is cut off', () => {
    const render = (source: string): string =>
      new Environment({ limits: { work: 10_000 } }).fromString(source).render({ endless: new Endless() });
    expect(() => render('{% for x in endless %}{% endfor %}')).toThrow('more than 10,000 steps');
    expect(() => render('{% for x in endless %}{{ loop.index }}{% endfor %}')).toThrow('more than 10,000 steps');
    expect(() => render('{{ endless|list }}')).toThrow('more than 10,000 steps');
    expect(render('{{ endless|first }}')).toBe('0');
  });

  it('nothing is thrown but errors of the template for values that no template expects', () => {
    const odd = [
      Symbol('s'),
      new Date(NaN),
      new WeakMap(),
      /x/,
      Promise.resolve(),
      new Uint8Array(1),
      Account,
      NaN,
      -0,
    ];
    const uses = [
      '{{ x }}',
      '{{ x + 1 }}',
      '{{ x|e }}',
      '{{ x|tojson }}',
      '{{ {x: 1} }}',
      '{{ x == x }}',
      '{{ x|sort }}',
    ];
    for (const source of [...uses, '{{ x() }}', '{{ x[0] }}', '{{ x|length }}', '{{ x in [x] }}', '{{ "%s" % x }}']) {
      for (const x of odd) expectNothingButTemplateErrors(source, x);
    }
  });
});

function expectNothingButTemplateErrors(source: string, x: unknown): void {
  try {
    new Environment().fromString(source).render({ x });
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError);
  }
}

class Account {
  password = 'secret';
}

function fail(): never {
  throw new Error('trapped');
}

class Endless extends PyObject {
  get typeName(): string {
    return 'endless';
  }

  override get iterable(): boolean {
    return true;
  }

  override *iterate(): Generator {
    for (let count = 0; ; count += 1) yield count;
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) for (const item of value.values()) frozen(item);
  else for (const item of Object.values(value)) frozen(item);
  return Object.freeze(value);
}
