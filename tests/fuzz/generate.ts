import type { Case } from '../conformance/cases.ts';
import { makeData } from './data.ts';
import { mutate } from './mutate.ts';
import { makeOptions } from './options.ts';
import { Random } from './random.ts';
import { Statements } from './statements.ts';
import { Tags } from './tags.ts';
import { body, expression, type Options, type Part, statement, textOf, type Tree } from './tree.ts';

/** A case as the grammar made it, so that it can be made smaller. */
export interface Sample {
  readonly id: string;
  readonly main: Tree;
  readonly others: Readonly<Record<string, Tree>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly options: Options;
  /** Whether mistakes were made in the text on purpose. */
  readonly mutated: boolean;
}

const MUTATED = 0.2;

/** The template with this number of the run with this seed. */
export function generate(seed: number, index: number): Sample {
  const random = Random.of(seed, index);
  const options = makeOptions(random);
  const context = makeData(random);
  const others: Record<string, Tree> = {};
  if (random.chance(0.4)) {
    for (const name of ['t0', 't1'].slice(0, random.int(1, 2))) others[name] = makeTemplate(random, options, others);
  }
  const main = makeTemplate(random, options, others);
  const id = `fuzz/${String(seed)}/${String(index)}`;
  const sample = { id, main, others, context, options, mutated: false };
  return random.chance(MUTATED) ? withMistakes(sample, random) : sample;
}

/** A template may load only those that were made before it, so none loads itself. */
function makeTemplate(random: Random, options: Options, others: Readonly<Record<string, Tree>>): Tree {
  const tags = new Tags(random, options);
  const loadable = Object.keys(others);
  const extensions = (options.extensions as readonly string[]).length > 0 || random.chance(0.05);
  const statements = new Statements({ random, tags, loadable, extensions, names: [], macros: [], blocks: [] });
  const parts: Part[] = [random.chance(0.3) ? tags.text() : ''];
  if (loadable.length > 0 && random.chance(0.35)) {
    const name = random.chance(0.05) ? 'absent' : random.pick(loadable);
    const parent = random.chance(0.85) ? expression`'${name}'` : expression`'${name}' if yes else 't9'`;
    parts.push(statement(tags.block('extends ', parent)));
  }
  return body([...parts, statements.main(), random.pick(['', '\n', '\n\n', ' '])]);
}

function withMistakes(sample: Sample, random: Random): Sample {
  const text = mutate(textOf(sample.main, sample.options), random);
  return { ...sample, main: body([text]), mutated: true };
}

/** The case that a sample stands for. */
export function caseOf(sample: Sample): Case {
  const others = Object.entries(sample.others).map(([name, tree]) => [name, textOf(tree, sample.options)]);
  return {
    id: sample.id,
    template: textOf(sample.main, sample.options),
    ...(others.length > 0 ? { templates: Object.fromEntries(others) as Record<string, string> } : {}),
    context: sample.context,
    options: sample.options,
  };
}
