import type { PluginContext, PluginMembers } from 'cluster-template/makejinja';

/** What this repository adds to the templates. */
export function Plugin({ data }: PluginContext): PluginMembers {
  return {
    data: { notes_host: `notes.${String(data.cluster_name)}` },
    filters: { megabytes: (count) => `${String(count)}Mi` },
  };
}
