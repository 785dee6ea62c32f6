import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { SchemaSources } from '../manifests/schemas.ts';
import { failure } from '../report/finding.ts';
import { now } from '../system/environment.ts';
import { inspectTarget, listFolder, readTextIfPresent, reasonOf } from '../system/files.ts';
import { fetchText } from '../system/network.ts';
import { readProgramFile } from '../system/program.ts';
import type { UserCache } from '../system/user-folders.ts';

/** What the user says of schemas. */
export interface SchemaOptions {
  /** Minor version of Kubernetes that the objects are for, `1.36`; where it is absent, the repository may say. */
  readonly kubernetes?: string;
  /** Absolute paths of folders with JSON Schemas, `GROUP/KIND_VERSION.json`; the first that has one counts. */
  readonly folders?: readonly string[];
  /** The catalogue in the network to ask for kinds without a schema, to which `GROUP/KIND_VERSION.json` is appended. */
  readonly catalogue?: string;
  /** Absolute paths of folders with charts; where they are given values of HelmReleases are checked, Helm's cache included. */
  readonly charts?: readonly string[];
}

/** The catalogue that is asked where no other is named; each file is what its operator's CustomResourceDefinition says. */
export const CATALOGUE = 'https://raw.githubusercontent.com/datreeio/CRDs-catalog/main/';

/** What comes with the program, and nothing else. */
export const PROVIDED: SchemaSources = { builtIn: (name) => readProgramFile(`schemas/kubernetes/${name}.json`) };

/**
 * Where the schemas of a run come from.
 *
 * @param cache - keeps what was fetched
 * @throws Failure of kind `usage` where a folder is none
 */
export async function schemaSources(
  { folders = [], catalogue }: SchemaOptions,
  cache: UserCache,
): Promise<SchemaSources> {
  for (const folder of folders) {
    if ((await inspectTarget(folder))?.kind === 'folder') continue;
    throw failure('usage', { code: 'usage/folder', message: `--schemas: ${folder} is not a folder` });
  }
  return {
    ...PROVIDED,
    ...(folders.length === 0 ? {} : { own: (path: string) => readOwn(folders, path) }),
    ...(catalogue === undefined ? {} : { fetched: (path: string) => readFetched(catalogue, path, cache) }),
  };
}

/** Names are compared without regard to case, as catalogues write kinds in both ways. */
async function readOwn(folders: readonly string[], path: string): Promise<{ text: string; file: string } | undefined> {
  for (const folder of folders) {
    const place = join(folder, dirname(path));
    if ((await inspectTarget(place))?.kind !== 'folder') continue;
    const names = (await listFolder(place)).map(({ name }) => name);
    const name = names.find((one) => one.toLowerCase() === basename(path));
    const text = name === undefined ? undefined : await readTextIfPresent(join(place, name));
    if (text !== undefined && name !== undefined) return { text, file: join(place, name) };
  }
  return undefined;
}

/** How long a schema that was fetched is taken without asking again, and the answer that there is none. */
const KEPT_DAYS = { schema: 30, none: 1 };
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const TIMEOUT_SECONDS = 20;

interface Fetched {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Null where the catalogue has none. */
  readonly text: string | null;
}

async function readFetched(
  catalogue: string,
  path: string,
  cache: UserCache,
): Promise<{ text: string; file: string } | undefined> {
  const url = `${catalogue}${catalogue.endsWith('/') ? '' : '/'}${path}`;
  const name = `schema-${createHash('sha256').update(url).digest('hex')}`;
  const kept = cache.read(name);
  const known = kept === undefined ? undefined : (JSON.parse(kept.toString('utf8')) as Fetched);
  const days = known?.text === null ? KEPT_DAYS.none : KEPT_DAYS.schema;
  const isFresh = known !== undefined && now().getTime() - known.at < days * DAY_MILLISECONDS;
  const text = isFresh ? known.text : await fetchSchema(url);
  if (!isFresh) cache.write(name, Buffer.from(JSON.stringify({ at: now().getTime(), text } satisfies Fetched)));
  return text === null ? undefined : { text, file: url };
}

async function fetchSchema(url: string): Promise<string | null> {
  try {
    return (await fetchText(url, TIMEOUT_SECONDS)) ?? null;
  } catch (error) {
    const why = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw failure(
      'outside',
      {
        code: 'manifests/schema-fetch',
        message: `${url} cannot be fetched: ${reasonOf(why)}`,
        remedy: 'try again, or leave --fetch-schemas out: what has a schema here is checked without the network',
      },
      error,
    );
  }
}
