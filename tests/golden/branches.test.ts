import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { branchesOf } from './branches.ts';
import { caseRequest, goldenCases } from './cases.ts';

/** What no configuration of the sample's repository goes through: files of the user's own, and computed values that are always empty. */
const NEVER: readonly string[] = [
  'talos/patches/controller/cluster.yaml.j2: #% if node_cidr_mask_size_ipv4 %#, yes',
  'talos/talconfig.partial.yaml.j2: #% if content | trim %#, no',
  'talos/talconfig.yaml.j2: #% if controller_patches %#, no',
  'talos/talconfig.yaml.j2: #% if controller_patches or node_firewall %# (2), no',
  'talos/talconfig.yaml.j2: #% if controller_patches or node_firewall %#, no',
  'talos/talconfig.yaml.j2: #% if global_patches %#, no',
  'talos/talconfig.yaml.j2: #% if node_firewall %# (2), no',
  'talos/talconfig.yaml.j2: #% if worker_patches %#, yes',
  'talos/talconfig.yaml.j2: #% if workers and (worker_patches or node_firewall) %# (3), yes',
];

it('each golden tree goes through a branch of the templates that no other does, and all of them through every one', { tags: 'long' }, async () => {
  const state = await temporaryFolder();
  const cases = await Promise.all(
    (await goldenCases()).map(async (folder) => {
      const input = await readFile(join(folder, 'input/cluster.yaml'), 'utf8');
      const request = await caseRequest(folder, state);
      const found = branchesOf(request);
      const [all, taken] = [new Set(found.all), new Set(found.taken)];
      const answer = (entry: string, holds: boolean): string => `${entry}/entry.yaml: when, ${holds ? 'yes' : 'no'}`;
      for (const { folder: entry } of request.conditions) {
        all.add(answer(entry, true)).add(answer(entry, false));
        taken.add(answer(entry, request.on.has(entry)));
      }
      return { name: basename(folder), input, all, taken };
    }),
  );
  for (const { name, input, taken } of cases) {
    const others = new Set(cases.filter((one) => one.name !== name).flatMap((one) => [...one.taken]));
    const alone = [...taken].filter((branch) => !others.has(branch));
    const [, said] = /^# Alone here: (.+)$/m.exec(input) ?? [];
    expect(alone, name).toContain(said);
  }
  const taken = new Set(cases.flatMap((one) => [...one.taken]));
  const all = new Set(cases.flatMap((one) => [...one.all]));
  expect(all.size).toBeGreaterThan(500);
  expect([...all].filter((branch) => !taken.has(branch)).sort()).toEqual(NEVER);
});
