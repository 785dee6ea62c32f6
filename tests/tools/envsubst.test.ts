import { describe, expect, it } from 'vitest';
import { evaluate, SubstitutionError } from '../../src/manifests/flux/substitution.ts';
import { type Outcome, RECORDED, VALUES } from '../manifests/substitutions.ts';
import { output } from './support/run.ts';
import { findTools, titled } from './support/tools.ts';

const { paths, missing } = findTools('flux-envsubst');

/** What scripts/judges/flux-envsubst.go.txt writes for a text. */
interface Judged {
  readonly strict: Result;
  readonly lenient: Result;
}

interface Result {
  readonly text?: string;
  readonly error?: string;
}

describe.skipIf(missing !== undefined)(titled("Flux' library of variables", missing), () => {
  it('gives what is recorded', async () => {
    const judged = await judge(RECORDED.map(({ text }) => text));
    for (const [index, { text, strict, lenient }] of RECORDED.entries()) {
      expect(judged[index], text).toEqual([strict, lenient]);
    }
  });

  it('gives what ours does for texts that are put together from pieces', async () => {
    const texts = Array.from({ length: 20_000 }, (_, seed) => generated(seed));
    const judged = await judge(texts);
    for (const [index, text] of texts.entries()) {
      const ours = [(name: string) => VALUES.get(name), (name: string) => VALUES.get(name) ?? ''].map((lookup) =>
        outcome(text, lookup),
      );
      expect(ours, JSON.stringify(text)).toEqual(judged[index]);
    }
  });
});

async function judge(texts: readonly string[]): Promise<[Outcome, Outcome][]> {
  const input = JSON.stringify({ values: Object.fromEntries(VALUES), texts });
  const judged = JSON.parse(await output(paths['flux-envsubst'], [], { input })) as readonly Judged[];
  return judged.map(({ strict, lenient }) => [toOutcome(strict), toOutcome(lenient)]);
}

function toOutcome({ text = '', error }: Result): Outcome {
  if (error === undefined) return text;
  const unset = /^variable not set \(strict mode\): "(.*)"$/.exec(error)?.[1];
  return unset === undefined ? { unreadable: true } : { unset };
}

function outcome(text: string, lookup: (name: string) => string | undefined): Outcome {
  try {
    return evaluate(text, lookup);
  } catch (error) {
    if (!(error instanceof SubstitutionError)) throw error;
    return error.variable === undefined ? { unreadable: true } : { unset: error.variable };
  }
}

const PIECES = [
  ...['${', '${', '${', '}', '}', '}', '$', '$$', '#', '##', '%', '%%', '/', '//', '/#', '/%', ':', ':=', ':-', '='],
  ...[',', ',,', '^', '^^', '*', '?', '[a-z]', '[^b]', '\\', '\\/', ' ', '\n', '-', '1', '-2', '0', '.', 'a', 'e'],
  ...['NAME', 'NAME', 'DOMAIN', 'DOMAIN', 'UNI', 'MISSING', 'EMPTY', 'LONG', 'N', 'ä'],
];

/** A text of up to fourteen pieces; the same for the same number. */
function generated(seed: number): string {
  let state = seed * 2_654_435_761 + 12_345;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: 1 + next(14) }, () => PIECES[next(PIECES.length)] ?? '').join('');
}
