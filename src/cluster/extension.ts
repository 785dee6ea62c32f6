import type { Plugin } from '../makejinja/plugin.ts';
import { templateData } from './computed.ts';
import type { Configuration } from './config/types.ts';
import { basename, nthhost } from './filters.ts';
import { credentialFunctions, type ReadCredential } from './functions.ts';
import { talosPatches, toolPath, type TemplateFolder } from './patches.ts';

/** What the cluster's extension is made from. */
export interface ExtensionInput {
  readonly configuration: Configuration;
  /** Reads a credential file when a template asks for it. */
  readonly read: ReadCredential;
  /** The renderer's input folders, the one that wins first. */
  readonly folders: readonly TemplateFolder[];
}

/** A plugin whose data are a table of names. */
export type ClusterExtension = Plugin & { readonly data: Readonly<Record<string, unknown>> };

/** The starter's own plugin for the renderer: data, functions and filters that its templates are written with. */
export function clusterExtension({ configuration, read, folders }: ExtensionInput): ClusterExtension {
  return {
    name: 'cluster',
    data: templateData(configuration),
    functions: { ...credentialFunctions(read), talos_patches: talosPatches(folders), tool_path: toolPath(folders) },
    filters: {
      basename: { signature: 'basename(value)', run: basename },
      nthhost: { signature: 'nthhost(cidr, n)', run: nthhost },
    },
  };
}
