import type { Case } from '../conformance/cases.ts';
import { caseOf, type Sample } from './generate.ts';
import { simpler } from './tree.ts';

/** Tells whether a case still shows the difference that is looked for. */
export type StillFails = (testCase: Case) => Promise<boolean>;

/** How many smaller cases to try for one difference. */
const ATTEMPTS = 600;

/** The smallest case found that still shows the difference: first by whole parts, then by pieces of text. */
export async function minimise(sample: Sample, stillFails: StillFails): Promise<Case> {
  let attempts = ATTEMPTS;
  const check: StillFails = async (testCase) => {
    attempts -= 1;
    return attempts > 0 && (await stillFails(testCase));
  };
  let smallest = sample;
  for (let next = await firstFailing(smallest, check); next !== undefined; next = await firstFailing(smallest, check)) {
    smallest = next;
  }
  return shortenText(caseOf(smallest), check);
}

async function firstFailing(sample: Sample, check: StillFails): Promise<Sample | undefined> {
  for (const smaller of simplerSamples(sample)) {
    if (await check(caseOf(smaller))) return smaller;
  }
  return undefined;
}

function* simplerSamples(sample: Sample): Generator<Sample> {
  for (const name of Object.keys(sample.others)) yield { ...sample, others: omit(sample.others, name) };
  for (const main of simpler(sample.main)) yield { ...sample, main };
  for (const [name, tree] of Object.entries(sample.others)) {
    for (const smaller of simpler(tree)) yield { ...sample, others: { ...sample.others, [name]: smaller } };
  }
  if (!sample.mutated) for (const name of Object.keys(sample.options)) yield withoutOption(sample, name);
  for (const name of Object.keys(sample.context)) yield { ...sample, context: omit(sample.context, name) };
}

/** The delimiters belong together. */
function withoutOption(sample: Sample, name: string): Sample {
  if (!name.endsWith('_string')) return { ...sample, options: omit(sample.options, name) };
  const kept = Object.entries(sample.options).filter(([key]) => !key.endsWith('_string'));
  return { ...sample, options: Object.fromEntries(kept) };
}

function omit<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

/** Cuts pieces out of the template, long ones first. */
async function shortenText(testCase: Case, check: StillFails): Promise<Case> {
  let shortest = testCase;
  for (let length = Math.ceil(testCase.template.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let from = shortest.template.length - length; from >= 0; from -= length) {
      const template = shortest.template.slice(0, from) + shortest.template.slice(from + length);
      const shorter = { ...shortest, template };
      if (await check(shorter)) shortest = shorter;
    }
  }
  return shortest;
}
