import { type Path, walk } from '../../../text/values.ts';
import { choice, defineRule, type RuleObject } from '../../rule.ts';

export const noSharing = defineRule({
  id: 'database/no-sharing',
  description: 'No two apps use the same database, or the same database server.',
  rationale: 'An app that fills, locks or migrates its database takes no other one along, and is restored by itself.',
  source: 'https://cloudnative-pg.io/documentation/current/faq/',
  options: {
    share: choice('What is not shared: a database on one server, or the server.', ['database', 'instance'], 'database'),
  },
  severity: 'off',
  profiles: { guarded: { severity: 'warning', options: { share: 'instance' } }, strict: 'note' },
  *check({ objects }, { share }) {
    const first = new Map<string, RuleObject>();
    for (const object of objects) {
      for (const { host, name, path } of connectionsOf(object)) {
        const key = share === 'instance' ? host : `${host}/${name}`;
        const other = first.get(key) ?? object;
        first.set(key, other);
        if (isSameApp(other, object)) continue;
        const what = share === 'instance' ? `the database server ${host}` : `the database ${name} of ${host}`;
        yield { at: object.spotOf(path), message: `${other.name} uses ${what} too`, remedy: 'give each app its own' };
      }
    }
  },
  examples: {
    good: [
      { files: { 'a.yaml': app('a', 'a'), 'b.yaml': app('b', 'b') } },
      { files: { 'a.yaml': `${app('a', 'a')}---\n${app('a-db-init', 'a')}` } },
    ],
    bad: [
      { files: { 'a.yaml': app('a', 'shared'), 'b.yaml': app('b', 'shared', ' # <- here') } },
      { files: { 'a.yaml': app('a', 'a'), 'b.yaml': app('b', 'b', ' # <- here') }, options: { share: 'instance' } },
    ],
  },
});

/** Two objects of one name, or in one file: the Secret of an app, and that of the container that makes its database. */
function isSameApp(one: RuleObject, other: RuleObject): boolean {
  if (one.namespace !== other.namespace) return false;
  return one.name === other.name || one.document.file.path === other.document.file.path;
}

const HOST = /(?:POSTGRES|PG|DB|DATABASE|MYSQL|MARIADB)_?(?:SERVER|HOST|HOSTNAME)$/;
const NAME = /(?:POSTGRES|PG|DB|DATABASE|MYSQL|MARIADB)_?(?:DB|DBNAME|NAME|DATABASE)$/;

/** By the environment variables that images take, in one map: both a host and the name of a database. */
function connectionsOf(object: RuleObject): { readonly host: string; readonly name: string; readonly path: Path }[] {
  const found: { host: string; name: string; path: Path }[] = [];
  walk(object.fields, (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const entries = Object.entries(value as Record<string, unknown>);
    const host = entries.find(([key, one]) => HOST.test(key) && typeof one === 'string');
    const name = entries.find(([key, one]) => NAME.test(key) && typeof one === 'string');
    if (host !== undefined && name !== undefined)
      found.push({ host: String(host[1]), name: String(name[1]), path: [...path, name[0]] });
  });
  return found;
}

function app(name: string, database: string, mark = ''): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: ${name}\nspec:\n  values:\n    env:\n      POSTGRES_HOST: postgres-rw.database\n      POSTGRES_DB: ${database}${mark}\n`;
}
