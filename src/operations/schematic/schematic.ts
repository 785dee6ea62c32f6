import { createHash } from 'node:crypto';
import { failure } from '../../report/finding.ts';
import { isEmpty, toGoYaml } from './go-yaml.ts';

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
