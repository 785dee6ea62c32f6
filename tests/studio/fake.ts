// A server that speaks as the studio does and holds everything in memory: for what the real one does not do on demand.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { clusterFields, nodeFields } from '../../scripts/schema-fields.mjs';
import type {
  Change,
  CheckResult,
  DocumentName,
  Documents,
  EditResult,
  Field,
  GraphResult,
  Network,
  Pending,
  PlanResult,
  Session,
  StudioEvent,
  StudioFinding,
  Value,
} from '../../src/studio/api.ts';

export interface FakeOptions {
  readonly cluster: string;
  readonly nodes: string;
  readonly graph?: GraphResult;
  readonly network?: Network;
  readonly findings?: readonly StudioFinding[];
}

export interface FakeStudio {
  readonly url: string;
  /** Names of the calls that came in, with their bodies. */
  readonly calls: readonly { readonly name: string; readonly body: unknown }[];
  /** Changes a file as somebody else would. */
  readonly write: (name: DocumentName, text: string) => void;
  readonly documents: () => Documents;
  /** Closes every connection at once, as a process that is killed. */
  readonly close: () => Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Starts it with the page as it is built. */
export async function startFake(options: FakeOptions): Promise<FakeStudio> {
  let round = 0;
  let documents: Documents = {
    cluster: { file: 'cluster.yaml', text: options.cluster, revision: 'cluster-0' },
    nodes: { file: 'nodes.yaml', text: options.nodes, revision: 'nodes-0' },
  };
  const calls: { name: string; body: unknown }[] = [];
  const streams = new Set<ServerResponse>();
  const tell = ({ type, ...rest }: StudioEvent): void => {
    for (const stream of streams) stream.write(`event: ${type}\ndata: ${JSON.stringify(rest)}\n\n`);
  };
  const write = (name: DocumentName, text: string): void => {
    round += 1;
    documents = { ...documents, [name]: { ...documents[name], text, revision: `${name}-${String(round)}` } };
    tell({ type: 'documents', documents });
  };
  const fields = await formFields();
  const textsOf = ({ pending = {} }: { readonly pending?: Pending }): Record<DocumentName, string> => ({
    cluster: pending.cluster ?? documents.cluster.text,
    nodes: pending.nodes ?? documents.nodes.text,
  });
  const answers: Record<string, (body: never) => unknown> = {
    session: (): Session => ({
      program: 'cluster-template 0.1.0',
      name: 'home-ops',
      folder: '/home/me/home-ops',
      isSample: false,
      documents,
      ...fields,
    }),
    documents: () => documents,
    check: (body) => checkOf(textsOf(body), options.findings ?? []),
    edit: (body: { readonly changes: readonly Change[]; readonly pending?: Pending }) =>
      edited(textsOf(body), body.changes),
    plan: (body) => planOf(textsOf(body), options),
    explain: (body: { readonly file?: string; readonly line?: number; readonly key?: string }) => explained(body),
    graph: () =>
      options.graph ?? { graph: { nodes: [], edges: [], cycles: [], criticalPath: [], left: {} }, changes: {} },
    network: () => options.network ?? NO_NETWORK,
    checks: () => ({ findings: [], files: 3, profile: 'flux', notRun: [] }),
    secrets: () => ({ fields: [], files: [], hasKey: true, findings: [] }),
    doctor: () => ({ checks: [] }),
    commands: () => ({ groups: [] }),
    status: () => ({ isThere: false, why: 'There is no kubeconfig here.' }),
    save: ({ documents: texts }: { readonly documents: Partial<Record<DocumentName, { readonly text: string }>> }) => {
      for (const [name, { text }] of Object.entries(texts)) write(name as DocumentName, text);
      return documents;
    },
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/api/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      streams.add(response);
      tell({ type: 'hello', server: 'fake' });
      return;
    }
    const name = /^\/api\/(\w+)$/.exec(pathname)?.[1];
    if (name !== undefined) {
      const body = JSON.parse(await textOf(request)) as never;
      calls.push({ name, body });
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answers[name]?.(body) ?? {}));
      return;
    }
    const file = pathname === '/' ? 'studio.html' : pathname.slice(1);
    const type = TYPES[file.split('.').at(-1) ?? ''];
    if (!/^studio[\w-]*\.\w+$/.test(file) || type === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': POLICY });
    response.end(await readFile(join(process.cwd(), 'dist', file)));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    calls,
    write,
    documents: () => documents,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

interface Described {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly Value[];
  readonly default?: Value;
  readonly examples?: readonly Value[];
  readonly isRequired: boolean;
  readonly section?: string;
  readonly entry?: string;
  readonly 'x-secret'?: boolean;
}

/** The fields of the real schemas. */
async function formFields(): Promise<Pick<Session, 'fields' | 'nodeFields' | 'groups'>> {
  const described = (await clusterFields()) as readonly Described[];
  const groups = new Map<string, string>();
  let section = '';
  const fields = described.map((field) => {
    section = field.section ?? section;
    const group = field.entry ?? section;
    groups.set(group, group);
    return formField(field, group);
  });
  const nodes = ((await nodeFields()) as readonly Described[]).map((field) => formField(field, 'node'));
  const entries = new Set(described.flatMap(({ entry }) => entry ?? []));
  return {
    fields,
    nodeFields: nodes,
    groups: [...groups.keys()].map((id) => ({ id, title: id, kind: entries.has(id) ? 'optional' : 'core' })),
  };
}

function formField(field: Described, group: string): Field {
  const types = [field.type ?? 'string'].flat();
  const control: Field['control'] =
    field['x-secret'] === true
      ? 'secret'
      : field.enum !== undefined
        ? 'choice'
        : types.includes('boolean')
          ? 'switch'
          : types.includes('array')
            ? types.includes('string')
              ? 'one-or-more'
              : 'texts'
            : types.includes('object')
              ? 'map'
              : types.includes('integer')
                ? 'number'
                : 'text';
  return {
    name: field.name,
    title: field.title,
    description: field.description,
    group,
    control,
    ...(field.enum === undefined ? {} : { choices: field.enum }),
    ...(field.default === undefined ? {} : { default: field.default }),
    examples: field.examples ?? [],
    isRequired: field.isRequired,
    isSecret: field['x-secret'] === true,
  };
}

/** One rule of the real ones, so that there is something to be wrong. */
function checkOf(texts: Record<DocumentName, string>, others: readonly StudioFinding[]): CheckResult {
  const findings: StudioFinding[] = [...others];
  const lines: Record<string, { document: DocumentName; line: number }> = {};
  const values: Partial<Record<DocumentName, Value>> = {};
  for (const name of ['cluster', 'nodes'] as const) {
    const counter = new LineCounter();
    const document = parseDocument(texts[name], { lineCounter: counter });
    values[name] = document.toJS() as Value;
    if (!isMap(document.contents)) continue;
    for (const { key, value } of document.contents.items) {
      if (!isScalar(key)) continue;
      const { line } = counter.linePos(key.range[0]);
      lines[String(key.value)] = { document: name, line };
      if (key.value !== 'node_cidr' || !isScalar(value) || /^[\d.]+\/\d+$/.test(String(value.value))) continue;
      findings.push({
        code: 'config/invalid-value',
        severity: 'error',
        message: `\`node_cidr\` is ${JSON.stringify(value.value)}, which is no network in CIDR notation`,
        remedy: 'write a network in CIDR notation, `192.0.2.0/24` for one',
        place: { file: 'cluster.yaml', line, column: 12, length: String(value.value).length },
        field: { document: name, path: ['node_cidr'] },
        fix: {
          title: 'Write 192.0.2.0/24',
          changes: [{ op: 'set', document: name, path: ['node_cidr'], value: '192.0.2.0/24' }],
        },
      });
    }
  }
  return {
    isValid: findings.every(({ severity }) => severity !== 'error'),
    findings,
    values,
    lines,
    effective: [],
  };
}

function edited(texts: Record<DocumentName, string>, changes: readonly Change[]): EditResult {
  const made: Partial<Record<DocumentName, { text: string }>> = {};
  for (const change of changes) {
    const document: Document = parseDocument(made[change.document]?.text ?? texts[change.document]);
    if (change.op === 'set') document.setIn(change.path, document.createNode(change.value));
    else if (change.op === 'remove') document.deleteIn(change.path);
    else if (change.op === 'append') document.addIn(change.path, document.createNode(change.value));
    else {
      const map = document.getIn(change.path.slice(0, -1));
      const pair = isMap(map)
        ? map.items.find(({ key }) => isScalar(key) && key.value === change.path.at(-1))
        : undefined;
      if (pair !== undefined) pair.key = document.createNode(change.name);
    }
    made[change.document] = { text: document.toString({ lineWidth: 0 }) };
  }
  return made;
}

const GENERATED = 'kubernetes/apps/network/cluster-settings.yaml';

function planOf(texts: Record<DocumentName, string>, options: FakeOptions): PlanResult {
  const { findings, isValid } = checkOf(texts, options.findings ?? []);
  const isChanged = texts.cluster !== options.cluster || texts.nodes !== options.nodes;
  const diff = `diff --git a/${GENERATED} b/${GENERATED}\n--- a/${GENERATED}\n+++ b/${GENERATED}\n@@ -1,3 +1,3 @@\n kind: ConfigMap\n-network: old\n+network: new\n data: {}\n`;
  return {
    isPossible: isValid,
    findings,
    refusals: [],
    files:
      isChanged && isValid
        ? [{ path: GENERATED, status: 'changed', secret: false, added: 1, removed: 1, diff, changedKeys: [] }]
        : [],
    counts: isChanged ? { changed: 1, unchanged: 2 } : { unchanged: 3 },
    ...(isValid ? { token: 'token' } : {}),
    took: 12,
  };
}

function explained({
  file,
  line,
  key,
}: {
  readonly file?: string;
  readonly line?: number;
  readonly key?: string;
}): unknown {
  const use = { key: 'node_cidr', kind: 'field', value: '"192.0.2.0/24"', hidden: false };
  if (key !== undefined) {
    return {
      about: 'key',
      use: { ...use, key },
      files: [{ file: GENERATED, source: 'a.j2', secret: false, printed: [2], decided: [] }],
    };
  }
  return {
    about: 'file',
    file,
    line,
    secret: false,
    differs: false,
    source: 'templates/config/a.j2',
    isRendered: true,
    hidden: [],
    templates: [],
    made: [{ file: 'templates/config/a.j2', line: 2, text: 'network: #{ node_cidr }#' }],
    macros: [],
    because: [],
    keys: [use],
  };
}

const NO_NETWORK: Network = {
  networks: [],
  addresses: [],
  nodes: [],
  dnsServers: [],
  ntpServers: [],
  ingress: 'none',
  clashes: [],
};
