import { parseDocument } from 'yaml';
import { failure, type Failure } from '../../report/finding.ts';
import type { Schematic } from './schematic.ts';

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
