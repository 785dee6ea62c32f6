import { isDeepStrictEqual } from 'node:util';
import { computeValues } from '../cluster/computed.ts';
import { CLUSTER_FIELDS, SECRET_FIELDS } from '../cluster/config/schemas.ts';
import type { ValueSource } from '../cluster/config/sources.ts';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../cluster/root.ts';
import type { Finding } from '../report/finding.ts';
import { readConfiguration } from './configuration.ts';
import { readInventory } from './state.ts';

/** One value in effect. */
export interface ShownValue {
  /** Its name in templates; a node's with its place: `nodes[0].address`. */
  readonly name: string;
  /** Null where nothing was set; a secret is masked. */
  readonly value: unknown;
  readonly source: ValueSource;
  readonly secret: boolean;
}

/** The configuration in effect. */
interface ShownConfiguration {
  readonly values: readonly ShownValue[];
  readonly findings: readonly Finding[];
}

/** What stands in place of a secret. */
export const MASK = '********';

/**
 * Every value that templates see, with where it comes from. Secrets are neither needed nor shown: a variable that is not set
 * does not matter here.
 *
 * @param options.computed - only what follows from the files, not what is written there
 * @throws Failure where the configuration is wrong
 */
export async function showConfiguration(
  root: ClusterRoot,
  options: { readonly computed: boolean },
): Promise<ShownConfiguration> {
  const recipient = (await readInventory(root))?.recipient ?? SAMPLE_RECIPIENT;
  const valid = await readConfiguration(root, { kind: 'none', recipient });
  const { cluster: fields, nodes: written } = valid.configuration;
  const { nodes, ...data } = { ...fields, ...computeValues(valid.configuration) };
  const shownOf = (prefix: string, before: object, after: object): ShownValue[] =>
    Object.entries(after).map(([name, value]) => {
      const plain: unknown = (before as Readonly<Record<string, unknown>>)[name];
      const source = valid.sources.get(`${prefix}${name}`);
      return shown(`${prefix}${name}`, value, sourceInEffect(source, isDeepStrictEqual(plain, value)));
    });
  const cluster = shownOf('', fields, data);
  const ofNodes = nodes.flatMap((node, index) => shownOf(`nodes[${String(index)}].`, written[index] ?? {}, node));
  const values = [...inOrder(cluster), ...ofNodes].filter(
    ({ source }) => !options.computed || source.kind === 'computed',
  );
  return { values, findings: valid.findings.filter(({ code }) => code !== 'secrets/not-checked') };
}

/** What is not written and is not what it was before values were computed has been computed. */
function sourceInEffect(source: ValueSource | undefined, isUnchanged: boolean): ValueSource {
  if (source === undefined) return { kind: 'computed' };
  return source.kind === 'written' || isUnchanged ? source : { kind: 'computed' };
}

function shown(name: string, value: unknown, source: ValueSource): ShownValue {
  const secret = SECRET_FIELDS.includes(name);
  return { name, value: secret && value !== null ? MASK : value, source, secret };
}

/** The fields as the documentation lists them, then what is computed. */
function inOrder(values: readonly ShownValue[]): ShownValue[] {
  const names = Object.keys(CLUSTER_FIELDS);
  const place = ({ name }: ShownValue): number => (names.includes(name) ? names.indexOf(name) : names.length);
  return [...values].sort((one, other) => place(one) - place(other));
}
