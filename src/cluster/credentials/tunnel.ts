import { failure, type Failure } from '../../report/finding.ts';
import { CREDENTIAL_FILES, ORIGINS } from './files.ts';

// A tunnel file has 200 characters; what is much longer is none, and its first mistake is not looked for beyond this.
const LONGEST_TUNNEL = 4096;

/** What cloudflared writes when a tunnel is created. */
export interface Tunnel {
  readonly accountTag: string;
  readonly tunnelId: string;
  /** A secret. */
  readonly tunnelSecret: string;
}

/**
 * The contents of a tunnel file. Throws a Failure where the text is no JSON (with its line and column), or where AccountTag, TunnelID or
 * TunnelSecret is missing or empty.
 */
export function parseTunnel(text: string, file: string = CREDENTIAL_FILES.tunnel): Tunnel {
  const object = parseObject(text, file);
  const field = (key: string): string => {
    const value = object[key];
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw invalid(file, `${file} ${value === undefined ? 'has no' : 'has an empty or wrong'} \`${key}\``);
  };
  return { accountTag: field('AccountTag'), tunnelId: field('TunnelID'), tunnelSecret: field('TunnelSecret') };
}

/** The tunnel's ID, for `cloudflare_tunnel_id()` in templates. */
export function cloudflareTunnelId({ tunnelId }: Tunnel): string {
  return tunnelId;
}

/**
 * The token that cloudflared takes (TUNNEL_TOKEN), for `cloudflare_tunnel_secret()` in templates: base64 of compact JSON with the keys
 * a, t and s in this order. It is a secret.
 */
export function cloudflareTunnelSecret({ accountTag, tunnelId, tunnelSecret }: Tunnel): string {
  return Buffer.from(JSON.stringify({ a: accountTag, t: tunnelId, s: tunnelSecret }), 'utf8').toString('base64');
}

/** The tunnel of a token that cloudflared takes; undefined where the text is none. */
export function parseTunnelSecret(token: string): Tunnel | undefined {
  const text = Buffer.from(token.trim(), 'base64').toString('utf8');
  if (!/^\{.*\}$/s.test(text)) return undefined;
  try {
    const { a, t, s } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const isWhole = [a, t, s].every((part) => typeof part === 'string' && part !== '');
    return isWhole ? { accountTag: String(a), tunnelId: String(t), tunnelSecret: String(s) } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parseObject(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which is secret.
    throw invalid(file, `${file} is not valid JSON`, placeAt(text, firstMistake(text)));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(file, `${file} holds no JSON object`);
}

/** Offset of the first character with which the text can no longer become JSON. Node 20 does not always tell the position itself. */
function firstMistake(text: string): number {
  const end = Math.min(text.length, LONGEST_TUNNEL);
  for (let length = 1; length <= end; length += 1) if (!couldGoOn(text.slice(0, length))) return length - 1;
  return end;
}

function couldGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /position (\d+)/.exec(message)?.[1];
    return (
      /^Unexpected end|^Unterminated/.test(message) || (position !== undefined && Number(position) >= start.length)
    );
  }
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function invalid(file: string, message: string, place: { line?: number; column?: number } = {}): Failure {
  const remedy = `make it anew: ${ORIGINS[CREDENTIAL_FILES.tunnel]}`;
  return failure('input', { code: 'credentials/invalid', message, place: { file, ...place }, remedy });
}
