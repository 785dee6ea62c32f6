import { callArguments, callMacro, expressionOf, filterTail, operand, type Scope } from './expressions.ts';
import type { Random } from './random.ts';
import { FILTERS, type Kind } from './signatures.ts';
import type { Tags } from './tags.ts';
import { body, expression, fixed, joined, type Part, statement, type Tree } from './tree.ts';

/** What one template is made from. The lists grow while the template does. */
export interface Surroundings {
  readonly random: Random;
  readonly tags: Tags;
  /** Names of the templates that this one may load. */
  readonly loadable: readonly string[];
  /** Whether `do`, `break`, `continue` and `trans` are there. */
  readonly extensions: boolean;
  readonly names: string[];
  readonly macros: string[];
  readonly blocks: string[];
}

/** Where in a template a statement stands. */
interface Spot {
  readonly depth: number;
  readonly inLoop: boolean;
  readonly inCall: boolean;
  /** Jinja makes a generator of a macro or recursive loop that includes without context, and prints its address. */
  readonly inFunction: boolean;
}

const TEXT_FILTERS = FILTERS.filter(({ input }) => input === 'text' || input === 'any');
const MAKES_TEXT = FILTERS.filter(({ input, output }) => output === 'text' && (input === 'text' || input === 'any'));
const VARIABLES = ['x', 'y', 'item', 'total', 'n', 'acc'];

/** The statements of a template. */
export class Statements {
  private readonly around: Surroundings;
  private readonly random: Random;
  private readonly tags: Tags;

  constructor(around: Surroundings) {
    this.around = around;
    this.random = around.random;
    this.tags = around.tags;
  }

  /** A few statements with text between them. */
  body(spot: Spot): Tree {
    const count = this.random.int(1, spot.depth > 1 ? 3 : 2);
    return body(
      this.random.times(count, () => [this.random.chance(0.5) ? this.tags.text() : '', this.statement(spot)]).flat(),
    );
  }

  /** What stands at the top of a template. */
  main(): Tree {
    return this.body({ depth: 3, inLoop: false, inCall: false, inFunction: false });
  }

  private statement(spot: Spot): Tree {
    if (spot.depth <= 0 || this.random.chance(0.35)) return this.output(spot);
    const inner = { ...spot, depth: spot.depth - 1 };
    return this.random.pick(this.choices())(inner);
  }

  private choices(): readonly ((spot: Spot) => Tree)[] {
    const { loadable, extensions } = this.around;
    return [
      (spot) => this.ifStatement(spot),
      (spot) => this.ifStatement(spot),
      (spot) => this.forStatement(spot),
      (spot) => this.forStatement(spot),
      (spot) => this.forStatement(spot),
      (spot) => this.recursiveFor(spot),
      (spot) => this.setStatement(spot),
      (spot) => this.setStatement(spot),
      (spot) => this.blockSet(spot),
      (spot) => this.namespaceUse(spot),
      (spot) => this.macro(spot),
      (spot) => this.macro(spot),
      (spot) => this.callBlock(spot),
      (spot) => this.filterBlock(spot),
      (spot) => this.withStatement(spot),
      (spot) => this.autoescape(spot),
      (spot) => this.block(spot),
      () => this.raw(),
      () => this.tags.comment(),
      ...(extensions ? [(spot: Spot) => this.extended(spot), (spot: Spot) => this.trans(spot)] : []),
      ...(loadable.length > 0 ? [(spot: Spot) => this.load(spot), (spot: Spot) => this.load(spot)] : []),
    ];
  }

  private scope({ inLoop }: Spot, depth = 3): Scope {
    const { random, names, macros } = this.around;
    return { random, depth, names, macros, inLoop };
  }

  private expression(spot: Spot, kind: Kind, depth = 3): Tree {
    return expressionOf(this.scope(spot, depth), kind);
  }

  /** An inline `if` cannot stand there without parentheses. */
  private condition(spot: Spot, kind: Kind): Tree {
    return this.random.chance(0.02) ? this.expression(spot, kind) : operand(this.scope(spot), kind);
  }

  private output(spot: Spot): Tree {
    const { random, tags } = this;
    if (spot.inCall && random.chance(0.4)) {
      const given = random.times(random.int(0, 2), () => this.expression(spot, 'any', 1));
      return tags.output(expression`caller(${joined(given, ', ')})`);
    }
    if (random.chance(0.15)) return tags.output(callMacro(this.scope(spot, 2)));
    return tags.output(
      this.expression(spot, random.pick<Kind>(['any', 'any', 'text', 'int', 'list', 'float', 'bool'])),
    );
  }

  private ifStatement(spot: Spot): Tree {
    const { random, tags } = this;
    const parts: Part[] = [tags.block('if ', this.condition(spot, 'bool')), this.body(spot)];
    if (random.chance(0.25)) parts.push(tags.block('elif ', this.condition(spot, 'any')), this.body(spot));
    if (random.chance(0.4)) parts.push(tags.block('else'), this.body(spot));
    return statement(...parts, tags.block('endif'));
  }

  private forStatement(spot: Spot): Tree {
    const { random, tags } = this;
    const [target, kind] = random.pick<readonly [string, Kind]>([
      ['item', 'numbers'],
      ['item', 'words'],
      ['x', 'sequence'],
      ['user', 'records'],
      ['k, v', 'list'],
      ['(k, v)', 'dict'],
    ]);
    const filter = random.chance(0.25) ? fixed` if ${this.condition(spot, 'bool')}` : '';
    const source =
      target === '(k, v)' ? fixed`${operand(this.scope(spot, 2), 'dict')}.items()` : this.source(spot, kind);
    const recursive = random.chance(0.05);
    const head = tags.block('for ', target, ' in ', source, filter, recursive ? ' recursive' : '');
    const around = { ...spot, inFunction: spot.inFunction || recursive };
    const inside = this.body({ ...around, inLoop: true });
    this.learn(target);
    const otherwise = random.chance(0.25) ? [tags.block('else'), this.body(around)] : [];
    return statement(head, inside, ...otherwise, tags.block('endfor'));
  }

  private source(spot: Spot, kind: Kind): Tree {
    return this.random.chance(0.05) ? fixed`${this.expression(spot, kind, 1)}` : operand(this.scope(spot, 2), kind);
  }

  private recursiveFor(spot: Spot): Tree {
    const { tags, random } = this;
    const again = random.pick(['loop(node.children)', 'loop(node.children)|upper', 'loop(node.children or [])']);
    const inside = body([
      random.chance(0.5) ? tags.output(expression`loop.depth`) : tags.text(),
      tags.output(expression`node.name`),
      tags.output(expression`${again}`),
      random.chance(0.3) ? this.body({ ...spot, depth: 0, inLoop: true, inFunction: true }) : '',
    ]);
    return statement(tags.block('for node in tree recursive'), inside, tags.block('endfor'));
  }

  private setStatement(spot: Spot): Tree {
    const { random, tags } = this;
    if (random.chance(0.2)) {
      const values = [this.expression(spot, 'any', 2), this.expression(spot, 'any', 2)];
      this.learn('x, y');
      return statement(
        tags.block('set x, y = ', random.chance(0.8) ? joined(values, ', ') : this.expression(spot, 'list')),
      );
    }
    const name = random.pick(VARIABLES);
    const made = statement(tags.block('set ', name, random.pick([' = ', '=']), this.expression(spot, 'any')));
    this.learn(name);
    return made;
  }

  private blockSet(spot: Spot): Tree {
    const { random, tags } = this;
    const name = random.pick(VARIABLES);
    const filters = random.times(random.int(0, 2), () => fixed`|${this.textFilter(spot)}`);
    const made = statement(tags.block('set ', name, ...filters), this.body(spot), tags.block('endset'));
    this.learn(name);
    return made;
  }

  private textFilter(spot: Spot): Tree {
    return filterTail(this.scope(spot, 1), this.random.pick(TEXT_FILTERS));
  }

  private namespaceUse(spot: Spot): Tree {
    const { tags } = this;
    const start = tags.block('set ns = namespace(a=', this.expression(spot, 'any', 1), ')');
    const change = tags.block('set ns.', this.random.pick(['a', 'b']), ' = ', this.expression(spot, 'any', 2));
    const loop = statement(
      tags.block('for x in ', operand(this.scope(spot, 1), 'sequence')),
      change,
      tags.block('endfor'),
    );
    return statement(start, body([loop, tags.output(expression`ns.a`), tags.output(expression`ns.b`)]));
  }

  private macro(spot: Spot): Tree {
    const { random, tags } = this;
    const name = `m${String(random.int(0, 3))}`;
    const withDefault = random.chance(0.5);
    const parameters: Part[] = ['a', 'b']
      .slice(0, random.int(0, 2))
      .map((parameter, index) =>
        withDefault && index > 0 ? fixed`${parameter}=${this.expression(spot, 'any', 1)}` : parameter,
      );
    this.learn('a', 'b');
    const special = random.pick(['', '', 'varargs', 'kwargs', 'caller']);
    const extra = special === '' ? '' : tags.output(expression`${special}`);
    const inside = body([extra, this.body({ ...spot, inLoop: false, inCall: random.chance(0.4), inFunction: true })]);
    const made = statement(
      tags.block('macro ', name, '(', joined(parameters, ', '), ')'),
      inside,
      tags.block('endmacro'),
    );
    this.around.macros.push(name);
    return made;
  }

  private callBlock(spot: Spot): Tree {
    const { random, tags } = this;
    if (this.around.macros.length === 0 && random.chance(0.9)) return this.macro(spot);
    const parameters = random.pick(['', '', '(x)', '(x, y=1)', '()']);
    const name = this.around.macros.length > 0 ? random.pick(this.around.macros) : 'm0';
    const given = callArguments(this.scope(spot, 1), [{ name: 'a', kind: 'any', optional: true }]);
    const head = tags.block('call', parameters, ' ', name, '(', joined(given, ', '), ')');
    return statement(head, this.body({ ...spot, inFunction: true }), tags.block('endcall'));
  }

  private filterBlock(spot: Spot): Tree {
    const last = filterTail(this.scope(spot, 1), this.random.pick(MAKES_TEXT));
    const filters = this.random.chance(0.5) ? [last] : [this.textFilter(spot), last];
    const { tags } = this;
    return statement(tags.block('filter ', joined(filters, '|')), this.body(spot), tags.block('endfilter'));
  }

  private withStatement(spot: Spot): Tree {
    const { random, tags } = this;
    const names = VARIABLES.slice(0, random.int(0, 2));
    const assignments = names.map((name) => fixed`${name}=${this.expression(spot, 'any', 2)}`);
    this.learn(...names);
    return statement(tags.block('with ', joined(assignments, ', ')), this.body(spot), tags.block('endwith'));
  }

  private autoescape(spot: Spot): Tree {
    const { random, tags } = this;
    const value = random.chance(0.8) ? random.pick(['true', 'false']) : this.expression(spot, 'bool', 1);
    return statement(tags.block('autoescape ', value), this.body(spot), tags.block('endautoescape'));
  }

  private block(spot: Spot): Tree {
    const { random, tags } = this;
    const { blocks } = this.around;
    const name = random.pick(['head', 'main', 'foot', 'side']);
    if (blocks.includes(name) && random.chance(0.95)) return this.output(spot);
    blocks.push(name);
    const words = random.pick(['', '', '', ' scoped', ' scoped', random.chance(0.3) ? ' required' : '']);
    const above = random.pick(['', tags.output(expression`super()`), tags.output(expression`self.${name}`)]);
    const inside =
      words === ' required' && random.chance(0.9) ? '\n' : body([above, this.body({ ...spot, inLoop: false })]);
    return statement(tags.block('block ', name, words), inside, tags.block('endblock', random.pick(['', ` ${name}`])));
  }

  private raw(): Tree {
    const { tags } = this;
    const inside = body([tags.text(), this.random.pick([tags.output(expression`x`), tags.comment(), '{{ y }}'])]);
    return statement(tags.tag('raw'), inside, tags.tag('endraw'));
  }

  private extended(spot: Spot): Tree {
    const { random, tags } = this;
    const jump = random.pick(['break', 'continue']);
    if (spot.inLoop && random.chance(0.5)) {
      return statement(tags.block('if ', this.condition(spot, 'bool')), tags.block(jump), tags.block('endif'));
    }
    return statement(tags.block('do ', this.expression(spot, random.pick<Kind>(['none', 'any']))));
  }

  private trans(spot: Spot): Tree {
    const { random, tags } = this;
    const trimmed = random.pick(['', '', ' trimmed', ' notrimmed']);
    const assigned = random.chance(0.5) ? fixed` x=${this.expression(spot, 'any', 1)}` : '';
    const plural = random.chance(0.4)
      ? fixed`${assigned === '' ? ' ' : ', '}count=${this.expression(spot, 'int', 1)}`
      : '';
    const message = (): Tree =>
      body([tags.text(), tags.output(expression`${random.pick(['x', 'n', 's', 'count', 'missing'])}`)]);
    const more = plural === '' ? [] : [tags.block('pluralize', random.pick(['', ' count'])), message()];
    return statement(tags.block('trans', trimmed, assigned, plural), message(), ...more, tags.block('endtrans'));
  }

  private load(spot: Spot): Tree {
    const { random, tags } = this;
    const name = this.templateName();
    const context = random.pick(['', '', ' with context', spot.inFunction ? '' : ' without context']);
    if (random.chance(0.5)) {
      const names = random.chance(0.2) ? fixed`[${this.templateName()}, ${name}]` : name;
      return statement(tags.block('include ', names, random.chance(0.3) ? ' ignore missing' : '', context));
    }
    if (random.chance(0.5)) {
      const use = tags.output(
        expression`lib.${random.pick(['m0', 'm1', 'x', 'item'])}${random.pick(['', '', '()', '(1)'])}`,
      );
      return statement(tags.block('import ', name, ' as lib', context), body([use]));
    }
    const names = random.pick(['m0', 'm1, x', 'x as y', 'm2 as m0', 'total']);
    this.learn('x', 'y');
    return statement(tags.block('from ', name, ' import ', names, context), this.body({ ...spot, depth: 0 }));
  }

  private templateName(): Part {
    const { random } = this;
    return expression`${random.chance(0.1) ? "'absent'" : `'${random.pick(this.around.loadable)}'`}`;
  }

  private learn(...names: readonly string[]): void {
    const { around } = this;
    around.names.push(...names.flatMap((name) => name.replace(/[()]/g, '').split(', ')));
  }
}
