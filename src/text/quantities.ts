/** Suffixes of quantities with what they stand for: powers of 1000 and of 1024. */
const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A quantity of Kubernetes as a number: `10Gi`, `1.5e3`, `500m`.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 *
 * @returns undefined for what is none
 */
export function parseQuantity(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const [, number, exponent, suffix = ''] =
    /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/.exec(text) ?? [];
  const factor = Object.hasOwn(SUFFIXES, suffix) ? SUFFIXES[suffix] : undefined;
  if (number === undefined || factor === undefined) return undefined;
  return Number(number) * (exponent === undefined ? factor : 10 ** Number(exponent));
}
