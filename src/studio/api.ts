// What the page and the server of the studio say to each other: types and nothing else, so that the page can import it.
//
// How it travels: `GET /?token=…` sets the cookie and answers with a page that leads to `/`. Every call is `POST /api/NAME` with `Content-Type: application/json` and the
// request as the body (`{}` where there is nothing to say); the answer is JSON, with status 200. Anything else holds an `ApiError`: 400 a
// request that is none, 401 no cookie, 403 another origin or host, 404, 409 what was changed meanwhile (`conflict`), 413 too large,
// 415 another content type, 422 what the user wrote (`input`), 500 a fault of ours, 502 what failed around us (`outside`).
// `GET /api/events` is a stream of server-sent events, each with the name of its `type` and the rest as JSON (`StudioEvent`).
import type { Graph } from '../graph/model.ts';

/** The two files that are edited. */
export type DocumentName = 'cluster' | 'nodes';

/** Steps to a value: `['nodes', 0, 'address']`. */
export type FieldPath = readonly (string | number)[];

/** A value as JSON has it. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/**
 * Texts that are tried instead of those on disk; what is left out is taken from there. Every call on the configuration takes one, so that
 * an edit is seen everywhere before anything is written.
 */
export interface Pending {
  readonly cluster?: string;
  readonly nodes?: string;
}

/** Every call by its name. */
export interface Calls {
  /** What a page begins with. */
  readonly session: { readonly request: Empty; readonly response: Session };
  /** The two files as they lie on disk. */
  readonly documents: { readonly request: Empty; readonly response: Documents };
  /** What is wrong with a pending edit: at every key, cheap. */
  readonly check: { readonly request: PendingRequest; readonly response: CheckResult };
  /** Changes single values in a text; comments and order stay. Nothing is written. */
  readonly edit: { readonly request: EditRequest; readonly response: EditResult };
  /** What `configure` would do to the tree, with the diff of each file. */
  readonly plan: { readonly request: PendingRequest; readonly response: PlanResult };
  /** The diff of one file that `plan` left out as there were too many. */
  readonly diff: { readonly request: PendingRequest & { readonly path: string }; readonly response: PlanDiff };
  /** Where a file or a line of it comes from, or what comes from a key. */
  readonly explain: { readonly request: ExplainRequest; readonly response: ExplainResult };
  /** What Flux would apply, with what the pending edit changes. */
  readonly graph: { readonly request: PendingRequest & { readonly key?: string }; readonly response: GraphResult };
  readonly network: { readonly request: PendingRequest; readonly response: Network };
  /** Findings of `validate` for the pending edit and of `lint` for the tree on disk: slow, asked for by hand. */
  readonly checks: { readonly request: PendingRequest; readonly response: ChecksResult };
  readonly secrets: { readonly request: PendingRequest; readonly response: Secrets };
  /** Puts a secret into cluster.sops.yaml. It is never given back. */
  readonly setSecret: { readonly request: SetSecretRequest; readonly response: SetSecretResult };
  /** Programs, keys and the repository. `dns` asks the network, and is only looked at where it is named. */
  readonly doctor: { readonly request: { readonly areas?: readonly DoctorArea[] }; readonly response: DoctorResult };
  /** Writes pending texts to cluster.yaml and nodes.yaml, and nothing else. */
  readonly save: { readonly request: SaveRequest; readonly response: Documents };
  /** Writes pending texts and what follows from them. Stages are told as events with the `run` of the request. */
  readonly configure: { readonly request: ConfigureRequest; readonly response: ConfigureResult };
  /** `talos status`, which changes nothing; slow. */
  readonly status: { readonly request: Empty; readonly response: StatusResult };
  /** What is done on the terminal, to copy. */
  readonly commands: { readonly request: Empty; readonly response: { readonly groups: readonly CommandGroup[] } };
  /** Ends the server. */
  readonly stop: { readonly request: Empty; readonly response: Empty };
}

export type CallName = keyof Calls;
export type RequestOf<Name extends CallName> = Calls[Name]['request'];
export type ResponseOf<Name extends CallName> = Calls[Name]['response'];

export type Empty = Readonly<Record<string, never>>;

export interface PendingRequest {
  readonly pending?: Pending;
}

/** Body of every answer that is no 200. */
export interface ApiError {
  readonly error: {
    /** `not-editable`: a change that lines of the text do not allow; `stale-plan`: the plan is no longer the confirmed one. */
    readonly kind:
      | 'request'
      | 'unauthorized'
      | 'forbidden'
      | 'not-found'
      | 'conflict'
      | 'stale-plan'
      | 'not-editable'
      | 'too-large'
      | 'input'
      | 'outside'
      | 'fault';
    readonly message: string;
    /** What is wrong with what the user wrote, or around us; empty for the other kinds. */
    readonly findings: readonly StudioFinding[];
  };
}

/** What a page begins with. */
export interface Session {
  /** `cluster-template 0.1.0`. */
  readonly program: string;
  /** Name of the repository's folder. */
  readonly name: string;
  /** Absolute path of the repository, to be shown. */
  readonly folder: string;
  /** Whether the tree is the published sample, which belongs to nobody. */
  readonly isSample: boolean;
  /** Why nothing can be rendered here before the user says so on the terminal; absent where it can. */
  readonly untrusted?: StudioFinding;
  readonly documents: Documents;
  /** What a form needs of them, in the order of the form. */
  readonly fields: readonly Field[];
  /** Fields of one node, in their order; their paths begin behind `['nodes', index]`. */
  readonly nodeFields: readonly Field[];
  readonly groups: readonly FieldGroup[];
}

export interface FieldGroup {
  readonly id: string;
  readonly title: string;
  /** Of an optional part of the template: what it is good for. */
  readonly purpose?: string;
  /** `core`: a section of cluster.yaml; `optional`: an entry of the catalogue, which has a category. */
  readonly kind: 'core' | 'optional';
  readonly category?: string;
  /** The fields that switch an optional part on when they are true or set. */
  readonly switch?: readonly string[];
}

/** A field of cluster.yaml or of a node. */
export interface Field {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Id of its group; `node` for fields of a node. */
  readonly group: string;
  /** How it is best entered. `texts`: a list of texts; `one-or-more`: a text or a list; `map`: texts by name; `maps`: a list of maps; `yaml`: whatever YAML says. */
  readonly control:
    'text' | 'number' | 'switch' | 'choice' | 'texts' | 'one-or-more' | 'map' | 'maps' | 'secret' | 'yaml';
  /** What a value has to be, as it stands in a sentence: "an IPv4 address". */
  readonly form?: string;
  readonly choices?: readonly Value[];
  readonly default?: Value;
  readonly examples: readonly Value[];
  readonly isRequired: boolean;
  /** When it is required although others may leave it out, as it stands after "required". */
  readonly requiredWhen?: string;
  /** Write-only: it goes into cluster.sops.yaml by `setSecret`. */
  readonly isSecret: boolean;
  /** Fields of each map of a control `maps`. */
  readonly members?: readonly Field[];
}

/** A file as it lies on disk. */
export interface StudioDocument {
  /** Relative to the repository: `cluster.yaml`. */
  readonly file: string;
  /**
   * Its text. A secret that stands there in plain text is replaced by a mark (`KEPT-SECRET-…`), which stands for it in every text that comes
   * back; whoever changes the mark writes another value.
   */
  readonly text: string;
  /** Tells this text from any other one: `save` and `configure` refuse where it is no longer that of the file. */
  readonly revision: string;
}

export type Documents = Readonly<Record<DocumentName, StudioDocument>>;

/** Something that is wrong, or worth knowing. */
export interface StudioFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
  /** Lines and columns from 1, columns and lengths in UTF-16 units. */
  readonly place?: {
    readonly file: string;
    readonly line?: number;
    readonly column?: number;
    readonly length?: number;
  };
  /** The field of the configuration that it is about, where there is one. */
  readonly field?: { readonly document: DocumentName; readonly path: FieldPath };
  /** What would be right, in words. */
  readonly remedy?: string;
  /** The same as changes for `edit`. */
  readonly fix?: { readonly title: string; readonly changes: readonly Change[] };
  /** Where a generated line comes from. */
  readonly origin?: { readonly file: string; readonly line: number; readonly keys: readonly string[] };
}

export interface CheckResult {
  /** Whether there is no error among the findings. */
  readonly isValid: boolean;
  readonly findings: readonly StudioFinding[];
  /** What the texts say, as far as they can be read; secrets are `SecretMark`s. Undefined where a text is no YAML. */
  readonly values: { readonly cluster?: Value; readonly nodes?: Value };
  /** Where each field that is written stands, by its key (`node_cidr`, `nodes[0].address`). */
  readonly lines: Readonly<Record<string, { readonly document: DocumentName; readonly line: number }>>;
  /** Every value in effect, computed ones among them; empty where the configuration is wrong. */
  readonly effective: readonly EffectiveValue[];
}

/** Stands in `values` where a secret does. */
export type SecretMark = '********';

export interface EffectiveValue {
  readonly key: string;
  readonly value: Value;
  readonly source: 'written' | 'default' | 'computed' | 'unset';
  readonly secret: boolean;
}

/** One change of a text. */
export type Change =
  /** Writes a value; maps on the way are made, and a field that stands there as a comment is set in its place. */
  | { readonly op: 'set'; readonly document: DocumentName; readonly path: FieldPath; readonly value: Value }
  /** Takes a field or an item of a list out, with its comments. */
  | { readonly op: 'remove'; readonly document: DocumentName; readonly path: FieldPath }
  /** Puts an item at the end of a list; a node: `path: ['nodes']`. */
  | { readonly op: 'append'; readonly document: DocumentName; readonly path: FieldPath; readonly value: Value }
  /** Writes another name of a key. */
  | { readonly op: 'rename'; readonly document: DocumentName; readonly path: FieldPath; readonly name: string };

export interface EditRequest extends PendingRequest {
  /** In this order. */
  readonly changes: readonly Change[];
}

/** The texts that changed. */
export type EditResult = Readonly<Partial<Record<DocumentName, EditedText>>>;

export interface EditedText {
  /** With the marks of the text that was given. */
  readonly text: string;
}

export type PlanStatus = 'created' | 'changed' | 'removed' | 'edited' | 'foreign' | 'adopted' | 'left' | 'unchanged';

export interface PlanResult {
  /** False where the configuration or a template is wrong: `findings` says why, and there are no files. */
  readonly isPossible: boolean;
  readonly findings: readonly StudioFinding[];
  /** What a run that writes would stop at; files that somebody changed by hand among it. */
  readonly refusals: readonly StudioFinding[];
  /** Files that are not as they shall be, by path; the others are counted. */
  readonly files: readonly PlannedFile[];
  readonly counts: Readonly<Partial<Record<PlanStatus, number>>>;
  /** Confirms this plan to `configure`; absent where it is not possible. */
  readonly token?: string;
  /** Milliseconds that the server took. */
  readonly took: number;
}

export interface PlannedFile {
  readonly path: string;
  readonly status: PlanStatus;
  /** Whether it is only ever written encrypted. */
  readonly secret: boolean;
  readonly added: number;
  readonly removed: number;
  /** Absent where the diffs of all files would be too much at once: `diff` gives it. */
  readonly diff?: string;
  /** Keys of a secret whose values change. */
  readonly changedKeys: readonly string[];
}

export interface PlanDiff {
  readonly path: string;
  /** A unified diff as git writes it; values of secrets are masked. Empty where nothing differs. */
  readonly diff: string;
  readonly changedKeys: readonly string[];
}

export type ExplainRequest = PendingRequest &
  (
    | {
        readonly file: string;
        /** From 1; of a file of the configuration its key is explained. */ readonly line?: number;
      }
    | { readonly key: string }
  );

export type ExplainResult =
  ({ readonly about: 'file' } & FileExplanation) | ({ readonly about: 'key' } & KeyExplanation);

export interface SourceLine {
  readonly file: string;
  readonly line: number;
  /** Absent where the result is a secret. */
  readonly text?: string;
}

export interface FileExplanation {
  readonly file: string;
  readonly line?: number;
  readonly text?: string;
  readonly secret: boolean;
  /** Whether the file on disk is another one than the inputs give now. */
  readonly differs: boolean;
  /** The template, or the plain file that is copied. */
  readonly source: string;
  readonly isRendered: boolean;
  readonly hidden: readonly string[];
  readonly templates: readonly string[];
  /** The lines of templates that print the line. */
  readonly made: readonly SourceLine[];
  readonly macros: readonly (SourceLine & { readonly name: string })[];
  /** Conditions, loops and includes around it. */
  readonly because: readonly (SourceLine & { readonly kind: string; readonly keys: readonly KeyUse[] })[];
  readonly keys: readonly KeyUse[];
}

export interface KeyUse {
  /** `nodes[1].address`; `nodes[*].address` where it is any node's. */
  readonly key: string;
  readonly kind: string;
  readonly place?: { readonly file: string; readonly line?: number; readonly column?: number };
  /** As JSON; absent where it is hidden or too much to show. */
  readonly value?: string;
  readonly hidden: boolean;
  readonly from?: readonly KeyUse[];
}

export interface KeyExplanation {
  readonly use: KeyUse;
  readonly files: readonly {
    readonly file: string;
    readonly source: string;
    readonly secret: boolean;
    /** Lines that print it, or what is computed from it. */
    readonly printed: readonly number[];
    /** Lines that are there because of it. */
    readonly decided: readonly number[];
  }[];
}

export interface GraphResult {
  readonly graph: Graph;
  /** What `configure` would do to the file of an object, by the id of its node; what would go is in the graph all the same. */
  readonly changes: Readonly<Record<string, 'created' | 'changed' | 'removed'>>;
}

/** What the picture of the network is drawn from: what is written, with defaults; what is wrong is left out and told in `clashes`. */
export interface Network {
  readonly domain?: string;
  readonly networks: readonly NetworkBlock[];
  readonly addresses: readonly NetworkAddress[];
  readonly nodes: readonly NetworkNode[];
  readonly vlan?: { readonly tag: number; /** Who tags. */ readonly by: 'nodes' | 'proxmox' };
  readonly dnsServers: readonly string[];
  readonly ntpServers: readonly string[];
  /** How the Internet reaches the external gateway. */
  readonly ingress: 'tunnel' | 'port-forward' | 'none';
  readonly bgp?: {
    readonly router: string;
    readonly routerAsn?: number;
    readonly nodeAsn?: number;
  };
  /** Findings about networks and addresses: drawn in red at what they name by its key. */
  readonly clashes: readonly (StudioFinding & { readonly keys: readonly string[] })[];
}

export interface NetworkBlock {
  readonly kind: 'nodes' | 'pods' | 'services' | 'pool';
  readonly key: string;
  readonly cidr: string;
  readonly family: 4 | 6;
  readonly first: string;
  readonly last: string;
  readonly source: EffectiveValue['source'];
}

export interface NetworkAddress {
  readonly kind:
    'api' | 'dns-gateway' | 'internal-gateway' | 'external-gateway' | 'ai-gateway' | 'router' | 'bgp-router';
  readonly key: string;
  readonly label: string;
  readonly address: string;
  readonly family: 4 | 6;
  readonly isComputed: boolean;
  /** Keys of the blocks that it lies in. */
  readonly within: readonly string[];
}

export interface NetworkNode {
  /** `nodes[0]`. */
  readonly key: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly role: 'controller' | 'worker';
  readonly mtu?: number;
  readonly mac?: string;
}

export interface ChecksResult {
  readonly findings: readonly (StudioFinding & { readonly by: 'validate' | 'lint' })[];
  /** How many files were looked at. */
  readonly files: number;
  /** Of `lint`. */
  readonly profile: string;
  /** Why one of the two did not run. */
  readonly notRun: readonly { readonly by: 'validate' | 'lint'; readonly findings: readonly StudioFinding[] }[];
}

export interface Secrets {
  /** Fields of cluster.yaml that take a secret. */
  readonly fields: readonly SecretField[];
  /** Encrypted files of the repository. */
  readonly files: readonly SecretFile[];
  /** Whom the tree is encrypted to; absent where nobody owns it. */
  readonly owner?: string;
  /** Whether a key at hand opens what is encrypted. */
  readonly hasKey: boolean;
  readonly findings: readonly StudioFinding[];
}

export interface SecretField {
  readonly name: string;
  readonly title: string;
  /** Where it stands: encrypted, in plain text in cluster.yaml, or named there. */
  readonly where: 'companion' | 'plain' | 'variable' | 'file' | 'nowhere';
  /** Name of the variable or the file. */
  readonly source?: string;
  /** `unknown`: there is no key to look with. */
  readonly state: 'set' | 'placeholder' | 'missing' | 'unknown';
  /** Whether the configuration asks for it as it is. */
  readonly isWanted: boolean;
}

export interface SecretFile {
  readonly path: string;
  readonly recipients: readonly string[];
  readonly isGenerated: boolean;
  /** Whether the published key of the sample opens it. */
  readonly isOfSample: boolean;
}

export interface SetSecretRequest {
  /** One of the fields of `Secrets`. */
  readonly name: string;
  readonly value: string;
}

export interface SetSecretResult {
  readonly file: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  /** What is left to do: a plain value in cluster.yaml, say. */
  readonly findings: readonly StudioFinding[];
}

export type DoctorArea = 'tools' | 'configuration' | 'keys' | 'secrets' | 'repository' | 'dns';

export interface DoctorResult {
  readonly checks: readonly {
    readonly area: DoctorArea;
    readonly subject: string;
    readonly state: 'ok' | 'note' | 'warning' | 'error';
    readonly findings: readonly StudioFinding[];
  }[];
}

/** Texts with the revisions of the files that they were made from. */
export interface SaveRequest {
  readonly documents: Readonly<Partial<Record<DocumentName, { readonly text: string; readonly revision: string }>>>;
}

export interface ConfigureRequest extends SaveRequest {
  /** Of the plan that the user confirmed, for the same texts. */
  readonly token: string;
  /** Made up by the page: stands in the events of this run. */
  readonly run: string;
}

export interface ConfigureResult {
  readonly written: readonly { readonly path: string; readonly status: PlanStatus }[];
  /** Keys that were made, as nobody owned the tree. */
  readonly keysMade: readonly string[];
  readonly companionMade?: string;
  readonly backup?: string;
  readonly findings: readonly StudioFinding[];
  readonly documents: Documents;
}

export type StatusResult =
  | { readonly isThere: false; /** Why nothing was asked. */ readonly why: string }
  | {
      readonly isThere: true;
      readonly nodes: readonly {
        readonly name: string;
        readonly address: string;
        readonly role: 'controller' | 'worker';
        readonly stage: string;
        readonly talos: string;
        readonly kubernetes: string;
        readonly ready: boolean;
        readonly etcd: string;
        readonly outdated: readonly string[];
      }[];
      /** Absent where Flux could not be asked. */
      readonly flux?: readonly {
        readonly kind: string;
        readonly namespace: string;
        readonly name: string;
        readonly ready: boolean;
        readonly suspended: boolean;
        readonly message: string;
      }[];
      readonly problems: readonly string[];
    };

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly { readonly command: string; readonly description: string }[];
}

/** What the server tells by itself. */
export type StudioEvent =
  /** Said first on every stream. `server` changes with every start. */
  | { readonly type: 'hello'; readonly server: string }
  /** cluster.yaml or nodes.yaml is another one on disk: by somebody else, another tab or this one. */
  | { readonly type: 'documents'; readonly documents: Documents }
  /** Something else that answers depend on changed: templates, secrets, the tree. */
  | { readonly type: 'tree'; readonly paths: readonly string[] }
  | {
      readonly type: 'progress';
      readonly run: string;
      readonly stage: string;
      readonly state: 'begun' | 'done' | 'failed';
      /** What came of it. */
      readonly text?: string;
      /** Number of the stage from 1, and how many there are. */
      readonly step: number;
      readonly steps: number;
    }
  /** The server ends. */
  | { readonly type: 'stopped' };
