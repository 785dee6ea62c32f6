import { createHmac } from 'node:crypto';
import { relative } from 'node:path';
import { changedText } from '../cluster/config/change-text.ts';
import { withoutWrittenSecrets } from '../cluster/config/secrets.ts';
import { NotEditable } from '../cluster/config/yaml-text.ts';
import type { ClusterRoot, TriedTexts } from '../cluster/root.ts';
import { planEdits, writeEdits } from '../pipeline/apps.ts';
import { readConfigurationFile } from '../pipeline/configuration.ts';
import type {
  Change,
  DocumentName,
  Documents,
  EditedText,
  EditResult,
  Pending,
  SaveRequest,
  StudioDocument,
} from './api.ts';
import { refused } from './request.ts';

const NAMES = ['cluster', 'nodes'] as const satisfies readonly DocumentName[];

/** How a mark begins that stands for a secret in a text: one word that YAML reads as a text wherever it stands. */
const MARK = 'KEPT-SECRET-';
const MARKED = new RegExp(`${MARK}[0-9a-f]{16}`, 'g');

/** Objects whose `text` has marks for its secrets. */
const MARKED_TEXTS = new WeakSet();

function marked<T extends { readonly text: string }>(value: T): T {
  MARKED_TEXTS.add(value);
  return value;
}

/** Whether a value is a text that a page edits and gives back, in which a mark stands for each secret and nothing else may. */
export function isMarkedText(value: object): boolean {
  return MARKED_TEXTS.has(value);
}

/**
 * cluster.yaml and nodes.yaml as a page gets them and gives them back. A secret that stands there in plain text never leaves the process:
 * a mark takes its place, which is made from it with a key of this start, so that it is found again in the file and nowhere else.
 */
export class DocumentStore {
  readonly #root: ClusterRoot;
  readonly #key: string;

  /** @param key - a word that nobody guesses */
  constructor(root: ClusterRoot, key: string) {
    this.#root = root;
    this.#key = key;
  }

  /** Both files as they lie on disk; one that is not there is empty. */
  async read(): Promise<Documents> {
    const [cluster, nodes] = await Promise.all(NAMES.map((name) => this.#readOne(name)));
    if (cluster === undefined || nodes === undefined) throw new Error('a file of the configuration has no name');
    return { cluster, nodes };
  }

  async #readOne(name: DocumentName): Promise<StudioDocument> {
    const text = (await this.#textOnDisk(name)) ?? '';
    return marked({ file: this.#fileOf(name), text: this.withMarks(text), revision: this.#revisionOf(text) });
  }

  /** Their paths, relative to the repository. */
  files(): readonly string[] {
    return NAMES.map((name) => this.#fileOf(name));
  }

  /** The root through which pending texts are seen, their marks replaced by what they stand for. */
  async tried({ cluster, nodes }: Pending): Promise<ClusterRoot> {
    const given = await this.#withSecrets({
      ...(cluster === undefined ? {} : { cluster }),
      ...(nodes === undefined ? {} : { nodes }),
    });
    return Object.keys(given).length === 0 ? this.#root : { ...this.#root, tried: given };
  }

  /** Texts with changes in them, marks left as they are. */
  async edit(pending: Pending, changes: readonly Change[]): Promise<EditResult> {
    const onDisk = await this.read();
    const result: Partial<Record<DocumentName, EditedText>> = {};
    for (const name of NAMES) {
      const own = changes.filter(({ document }) => document === name);
      if (own.length === 0) continue;
      const before = pending[name] ?? onDisk[name].text;
      try {
        result[name] = marked({ text: changedText(name, before, own) });
      } catch (error) {
        if (error instanceof NotEditable)
          throw refused('not-editable', `${onDisk[name].file} cannot be changed there: ${error.message}`);
        throw error;
      }
    }
    return result;
  }

  /**
   * Writes texts, all or nothing.
   *
   * @throws Refusal `conflict` where a file is no longer the one that its text was made from
   */
  async save({ documents }: SaveRequest, signal: AbortSignal): Promise<void> {
    const changed = NAMES.flatMap((name) => {
      const one = documents[name];
      return one === undefined ? [] : [{ name, ...one }];
    });
    const before = new Map<DocumentName, string | undefined>();
    for (const { name, revision } of changed) {
      const text = await this.#textOnDisk(name);
      if (this.#revisionOf(text ?? '') !== revision)
        throw refused('conflict', `${this.#fileOf(name)} was changed on disk meanwhile; nothing was written`);
      before.set(name, text);
    }
    const texts = await this.#withSecrets(Object.fromEntries(changed.map(({ name, text }) => [name, text])));
    const changes = changed.flatMap(({ name }) => {
      const [old, text = ''] = [before.get(name), texts[name]];
      return (old ?? '') === text
        ? []
        : [{ path: this.#fileOf(name), ...(old === undefined ? {} : { before: old }), after: text }];
    });
    if (changes.length === 0) return;
    const plan = await planEdits(this.#root.path, changes);
    await writeEdits({ kind: 'cluster', root: this.#root }, plan, signal);
  }

  #fileOf(name: DocumentName): string {
    return relative(this.#root.path, this.#pathOf(name)).replaceAll('\\', '/');
  }

  #pathOf(name: DocumentName): string {
    return name === 'cluster' ? this.#root.clusterFile : this.#root.nodesFile;
  }

  /** Undefined where the file is not there. */
  async #textOnDisk(name: DocumentName): Promise<string | undefined> {
    return await readConfigurationFile(this.#root, this.#pathOf(name));
  }

  /** With the key of this start: by the text alone somebody who knows the rest of it could find out a short secret. */
  #revisionOf(text: string): string {
    return createHmac('sha256', this.#key).update(`revision\0${text}`).digest('base64url').slice(0, 22);
  }

  /** A text in which a mark stands for each secret. */
  withMarks(text: string): string {
    return withoutWrittenSecrets(text, (secret) => this.#markOf(secret));
  }

  #markOf(secret: string): string {
    // The mark of a page that has not read what was written meanwhile.
    if (secret.startsWith(MARK)) return secret;
    return MARK + createHmac('sha256', this.#key).update(secret).digest('hex').slice(0, 16);
  }

  /** Texts with secrets in the place of their marks. */
  async #withSecrets(texts: Pending): Promise<TriedTexts> {
    const isMarked = NAMES.some((name) => texts[name]?.includes(MARK) === true);
    if (!isMarked) return texts;
    const onDisk = await Promise.all(NAMES.map((name) => this.#textOnDisk(name)));
    const known = new Map<string, string>();
    for (const text of onDisk)
      withoutWrittenSecrets(text ?? '', (secret) => {
        const mark = this.#markOf(secret);
        known.set(mark, secret);
        return mark;
      });
    return Object.fromEntries(
      Object.entries(texts).map(([name, text]) => {
        const plain = (text as string).replace(MARKED, (mark) => {
          const secret = known.get(mark);
          if (secret !== undefined) return secret;
          throw refused('conflict', 'a secret that the text names by its mark is no longer in the file on disk');
        });
        return [name, plain];
      }),
    );
  }
}
