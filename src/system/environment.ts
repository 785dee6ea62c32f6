import { randomBytes as nodeRandomBytes } from 'node:crypto';
import { describeVariable, describeVariables, isObserved, noteAnswer, noteObstacle } from './observation.ts';

/** The process's environment variables as they are now, in an object of their own; which of them are read is noted. */
export function environment(): Readonly<Record<string, string | undefined>> {
  const variables = { ...process.env };
  if (!isObserved()) return variables;
  const note = (name: string | symbol): void => {
    if (typeof name !== 'string') return;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    noteAnswer('variable', name, (digestOf) => describeVariable(value, digestOf));
  };
  return new Proxy(variables, {
    get(target, name) {
      note(name);
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      note(name);
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      const names = Reflect.ownKeys(target);
      noteAnswer('variables', '', () => describeVariables(Object.keys(target)));
      return names;
    },
  });
}

/** What a program inherits: where it finds itself, its user and the network. Anything else could change what it does, or is a secret. */
const INHERITED =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TZ|TERM|COLUMNS|NO_COLOR|TMPDIR|TEMP|TMP|XDG_[A-Z_]+|SSL_CERT_(?:FILE|DIR)|DOCKER_CONFIG|REGISTRY_AUTH_FILE|HELM_(?:CACHE_HOME|CONFIG_HOME|DATA_HOME|PLUGINS|REGISTRY_CONFIG|REPOSITORY_CONFIG|REPOSITORY_CACHE)|SSH_AUTH_SOCK|(?:https?|no|all)_proxy|(?:HTTPS?|NO|ALL)_PROXY|SystemRoot|SYSTEMROOT|PATHEXT|COMSPEC|APPDATA|LOCALAPPDATA|USERPROFILE|EDITOR|VISUAL|KUBE_EDITOR|PAGER)$/;

/** The part of an environment that every program may inherit. */
export function programVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const inherited = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && INHERITED.test(entry[0]),
  );
  return Object.fromEntries(inherited);
}

/** The path of the Node that runs. */
export function nodePath(): string {
  return process.execPath;
}

/** The kind of machine that the process runs on, in Node's words, as in `linux-x64`. */
export function machineKind(): string {
  return `${process.platform}-${process.arch}`;
}

/** The present moment. */
export function now(): Date {
  return new Date();
}

/** Time as it passes, in one place, so that tests have waits of minutes pass at once. */
export const clock = {
  /** Milliseconds since some moment in the past, for measuring how long something takes: setting the clock does not change it. */
  elapsedMilliseconds(): number {
    // `performance` takes 7 ms to be loaded.
    return Number(process.hrtime.bigint()) / 1e6;
  },

  /** Waits that long, or until the signal is aborted, whose reason is thrown then. */
  async pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end, { once: true });
    });
    signal?.throwIfAborted();
  },
};

/** That many bytes from the operating system's generator. */
export function randomBytes(length: number): Uint8Array {
  return new Uint8Array(nodeRandomBytes(length));
}

/** A number from 0 up to but not including 1, for what need not be hard to guess. */
export function randomNumber(): number {
  noteObstacle();
  return Math.random();
}
