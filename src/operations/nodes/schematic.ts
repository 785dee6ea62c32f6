import { createHash } from 'node:crypto';
import { parseDocument } from 'yaml';
import { failure, type Failure } from '../../report/finding.ts';

/** What an image of Talos holds beside Talos itself; https://factory.talos.dev names each combination by a schematic's id. */
export interface Schematic {
  /** Official extensions such as `siderolabs/iscsi-tools`; their order counts. */
  readonly extensions?: readonly string[];
  readonly kernelArguments?: readonly string[];
  readonly meta?: readonly { readonly key: number; readonly value: string }[];
  readonly bootloader?: string;
  readonly secureboot?: { readonly enrollKeys?: string; readonly includeWellKnownCertificates?: boolean };
  readonly overlay?: { readonly image: string; readonly name: string };
  readonly sectorSize?: number;
}

/**
 * The id that the image factory gives a schematic: the SHA-256 of its canonical YAML. Nothing is asked over the network.
 *
 * @returns 64 hexadecimal digits
 * @throws Failure of kind `input` where a text holds what the canonical form is not known for
 */
export function schematicId(schematic: Schematic): string {
  return createHash('sha256').update(canonicalSchematic(schematic)).digest('hex');
}

/**
 * The canonical YAML, which is also what the factory's API takes. The order of the fields is that of the factory's own model
 * (pkg/schematic of github.com/siderolabs/image-factory), which it must keep, as ids depend on it.
 */
export function canonicalSchematic(schematic: Schematic): string {
  for (const text of textsOf(schematic)) refuseUnusual(text);
  const { extensions, kernelArguments, meta, bootloader, secureboot, overlay, sectorSize } = schematic;
  const customization = {
    extraKernelArgs: kernelArguments,
    meta,
    systemExtensions: { officialExtensions: extensions?.map(fullName) },
    bootloader,
    secureboot: {
      enrollKeys: secureboot?.enrollKeys,
      includeWellKnownCertificates: secureboot?.includeWellKnownCertificates,
    },
    diskImage: { sectorSize },
  };
  const head = overlay === undefined ? '' : toGoYaml({ overlay: { image: overlay.image, name: overlay.name } });
  return head + (isEmpty(customization) ? 'customization: {}\n' : toGoYaml({ customization }));
}

/** `iscsi-tools` is `siderolabs/iscsi-tools`, as all official extensions are published below that name. */
function fullName(extension: string): string {
  if (!/^(?:[a-z0-9][a-z0-9-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(extension)) {
    throw failure('usage', {
      code: 'usage/argument',
      message: `${JSON.stringify(extension)} is not the name of an extension`,
      remedy: 'name it as https://github.com/siderolabs/extensions does, without a version: siderolabs/iscsi-tools',
    });
  }
  return extension.includes('/') ? extension : `siderolabs/${extension}`;
}

function textsOf({ kernelArguments, meta, bootloader, secureboot, overlay }: Schematic): string[] {
  return [
    ...(kernelArguments ?? []),
    ...(meta ?? []).map(({ value }) => value),
    bootloader ?? '',
    secureboot?.enrollKeys ?? '',
    overlay?.image ?? '',
    overlay?.name ?? '',
  ];
}

/** Go writes texts of several lines and texts beyond ASCII in further ways, which no kernel argument needs. */
function refuseUnusual(text: string): void {
  if (/^[\x20-\x7e]*$/.test(text)) return;
  throw failure('input', {
    code: 'operations/schematic',
    message: `the id of a schematic that holds ${JSON.stringify(text)} cannot be computed here`,
    remedy: 'use one line of ASCII characters, or have the schematic made at https://factory.talos.dev',
  });
}

/**
 * Reads a schematic as the image factory takes and shows it.
 *
 * @param file - the name for findings
 * @throws Failure of kind `input` where the text is no schematic, or holds a field that an id cannot be computed for
 */
export function readSchematic(text: string, file: string): Schematic {
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem !== undefined) throw wrong(file, problem.message.split('\n')[0] ?? 'no YAML');
  const value: unknown = document.toJS();
  const top = fields(value ?? {}, ['customization', 'overlay'], '', file);
  const custom = fields(top.customization ?? {}, CUSTOMIZATION, 'customization.', file);
  const extensions = fields(
    custom.systemExtensions ?? {},
    ['officialExtensions'],
    'customization.systemExtensions.',
    file,
  );
  const secureboot = fields(custom.secureboot ?? {}, SECUREBOOT, 'customization.secureboot.', file);
  const disk = fields(custom.diskImage ?? {}, ['sectorSize'], 'customization.diskImage.', file);
  const take = new Reader(file);
  return {
    extensions: take.texts(extensions.officialExtensions, 'officialExtensions'),
    kernelArguments: take.texts(custom.extraKernelArgs, 'extraKernelArgs'),
    meta: take.meta(custom.meta),
    bootloader: take.text(custom.bootloader, 'bootloader'),
    secureboot: {
      enrollKeys: take.text(secureboot.enrollKeys, 'enrollKeys'),
      includeWellKnownCertificates: secureboot.includeWellKnownCertificates === true,
    },
    sectorSize: take.number(disk.sectorSize, 'sectorSize'),
    ...take.overlay(top.overlay),
  };
}

const CUSTOMIZATION = ['extraKernelArgs', 'meta', 'systemExtensions', 'bootloader', 'secureboot', 'diskImage'];
const SECUREBOOT = ['enrollKeys', 'includeWellKnownCertificates'];

class Reader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  text(value: unknown, name: string): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    throw wrong(this.#file, `\`${name}\` has to be a text`);
  }

  texts(value: unknown, name: string): readonly string[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw wrong(this.#file, `\`${name}\` has to be a list of texts`);
    return value.map((item) => this.text(item, name));
  }

  number(value: unknown, name: string): number {
    if (value === undefined || value === null) return 0;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw wrong(this.#file, `\`${name}\` has to be a whole number`);
  }

  meta(value: unknown): readonly { key: number; value: string }[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw wrong(this.#file, '`meta` has to be a list');
    return value.map((item: unknown) => {
      const entry = fields(item, ['key', 'value'], 'customization.meta.', this.#file);
      return { key: this.number(entry.key, 'key'), value: this.text(entry.value, 'value') };
    });
  }

  overlay(value: unknown): Pick<Schematic, 'overlay'> {
    if (value === undefined || value === null) return {};
    const { image, name } = fields(value, ['image', 'name'], 'overlay.', this.#file);
    if (!image || !name) throw wrong(this.#file, '`overlay` needs both `image` and `name`');
    return { overlay: { image: this.text(image, 'image'), name: this.text(name, 'name') } };
  }
}

function fields(value: unknown, known: readonly string[], path: string, file: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(file, `${path === '' ? 'the file' : `\`${path.slice(0, -1)}\``} has to be a map`);
  }
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) throw wrong(file, `no id can be computed here for a schematic with \`${path}${unknown}\``);
  return value as Record<string, unknown>;
}

function wrong(file: string, message: string): Failure {
  return failure('input', {
    code: 'operations/schematic',
    message,
    place: { file },
    remedy: `fields that are known: overlay (image, name), customization (${CUSTOMIZATION.join(', ')})`,
  });
}

/** A value as the image factory's model holds it: texts, whole numbers, true, lists and fields in a fixed order. */
type GoValue = string | number | boolean | readonly GoValue[] | { readonly [field: string]: GoValue | undefined };

/**
 * Writes a map as Go's yaml package does by default, byte for byte: fields in their order, four spaces a level, a text plain
 * where it can be. Fields that are undefined, an empty text, list or map, 0 or false are left out (`omitempty`).
 *
 * Rules: writerc.go and encode.go of go.yaml.in/yaml, for texts of printable ASCII characters.
 */
function toGoYaml(value: Readonly<Record<string, GoValue | undefined>>): string {
  return fieldLines(value, '')
    .map((line) => `${line}\n`)
    .join('');
}

/** Whether Go's `omitempty` leaves the value out. */
function isEmpty(value: GoValue | undefined): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

function fieldLines(fields: Readonly<Record<string, GoValue | undefined>>, indent: string): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || isEmpty(value) ? [] : [`${indent}${name}:${valueText(value, indent)}`],
  );
}

/** What follows a colon or a hyphen. */
function valueText(value: GoValue, indent: string): string {
  if (typeof value === 'string') return ` ${scalar(value)}`;
  if (typeof value !== 'object') return ` ${String(value)}`;
  const inner = `${indent}    `;
  const lines = Array.isArray(value)
    ? (value as readonly GoValue[]).map((item) => itemText(item, inner))
    : fieldLines(value as Readonly<Record<string, GoValue>>, inner);
  return `\n${lines.join('\n')}`;
}

/** The fields of a list's items are never left out: that is how the factory's model has them. */
function itemText(item: GoValue, indent: string): string {
  if (typeof item !== 'object') return `${indent}-${valueText(item, indent)}`;
  const lines = Object.entries(item as Readonly<Record<string, GoValue>>).map(
    ([name, value]) => `${name}:${valueText(value, `${indent}  `)}`,
  );
  return `${indent}- ${lines.join(`\n${indent}  `)}`;
}

/** What a reader of YAML 1.2 would not take for a text. */
const OTHER_TYPE =
  /^(?:true|True|TRUE|false|False|FALSE|null|Null|NULL|~|[-+]?[0-9][0-9_]*|[-+]?0[xob][0-9a-fA-F_]+|[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|\d{4}-\d{2}-\d{2}(?:[Tt ].*)?)$/;

/** What only a reader of YAML 1.1 would not take for a text. */
const OLD_TYPE =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;

/** What cannot stand without quotes. */
const NOT_PLAIN = /^[#*&@%!|>'"[\]{},`]|^[-?:](?: |$)|: | #|:$|^ | $/;

function scalar(text: string): string {
  if (text === '' || OTHER_TYPE.test(text)) return `"${text}"`;
  return OLD_TYPE.test(text) || NOT_PLAIN.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
}
