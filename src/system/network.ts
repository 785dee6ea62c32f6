import { connect } from 'node:net';
import { resolveNs } from 'node:dns/promises';
import { noteObstacle } from './observation.ts';

/** A text from the web; undefined where the server says that there is no such page. Throws an Error on every other trouble. */
export async function fetchText(url: string, timeoutSeconds: number): Promise<string | undefined> {
  noteObstacle();
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000), redirect: 'follow' });
  if (answer.status === 404 || answer.status === 410) return undefined;
  if (!answer.ok) throw new Error(`${url} answered ${String(answer.status)}`);
  return await answer.text();
}

/** Whether something takes connections at an address and port, within that time. */
export async function isPortOpen(address: string, port: number, timeoutSeconds: number): Promise<boolean> {
  return await new Promise((settle) => {
    const socket = connect({ host: address, port, timeout: timeoutSeconds * 1000 });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      settle(isOpen);
    };
    socket.once('connect', () => {
      end(true);
    });
    socket.once('timeout', () => {
      end(false);
    });
    socket.once('error', () => {
      end(false);
    });
  });
}

/** Name servers of a domain, sorted; an empty list where DNS knows none. Throws an Error where DNS does not answer. */
export async function nameServers(domain: string): Promise<string[]> {
  try {
    return (await resolveNs(domain)).sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}
