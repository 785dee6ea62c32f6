import { OWN_NODES } from './own-cluster.ts';
import type { StandInRule } from './stand-ins.ts';

/** What `talhelper gensecret` prints, in form; the values open nothing. */
export const BUNDLE = `cluster:
    id: aWQtb2YtdGhlLWNsdXN0ZXI=
    secret: c2VjcmV0LW9mLXRoZS1jbHVzdGVy
secrets:
    bootstraptoken: abcdef.0123456789abcdef
    secretboxencryptionsecret: c2VjcmV0Ym94LW9mLWV0Y2Q=
trustdinfo:
    token: ghijkl.0123456789abcdef
certs:
    etcd:
        crt: Y2VydGlmaWNhdGUtb2YtZXRjZA==
        key: cHJpdmF0ZS1rZXktb2YtZXRjZA==
`;

/** What talosctl prints as the kubeconfig, in form. */
export const KUBECONFIG =
  'apiVersion: v1\nkind: Config\nclusters: []\nusers:\n  - name: admin\n    user: {token: admin-token-0815}\n';

/**
 * Four machines that behave as Talos does: they wait in maintenance mode, take a configuration once, restart, answer to clients then (the
 * worker only when the cluster is up), let etcd be started once, and serve the API a little later.
 */
export function talosWorld(nodes: readonly (typeof OWN_NODES)[number][] = OWN_NODES): StandInRule[] {
  const generated = Object.fromEntries([
    ...nodes.map(({ name }) => [`talos/clusterconfig/kubernetes-${name}.yaml`, `machine: ${name}\n`]),
    ['talos/clusterconfig/talosconfig', 'context: kubernetes\n'],
    ['talos/clusterconfig/.gitignore', '*\n'],
  ]) as Record<string, string>;
  return [
    { program: 'talhelper', match: '^gensecret$', stdout: BUNDLE },
    { program: 'talhelper', match: '^genconfig ', stdout: 'generated config\n', writes: generated },
    ...nodes.flatMap(machine),
    ...nodes.filter(({ controller }) => controller).flatMap(controller),
    ...API,
  ];
}

/** What talosctl prints of an empty machine: the disks of the sample's nodes, and a stick with the image of Talos. */
const DISKS = ['sda', 'nvme0n1']
  .map((id) => ({
    metadata: { type: 'Disks.block.talos.dev', id },
    spec: { dev_path: `/dev/${id}`, size: 500_107_862_016, model: 'Acme' },
  }))
  .map((disk) => `${JSON.stringify(disk, undefined, 4)}\n`)
  .join('');
const VOLUMES = `${JSON.stringify({ metadata: { type: 'DiscoveredVolumes.block.talos.dev', id: 'sdz' }, spec: { dev_path: '/dev/sdz', type: 'disk', name: 'iso9660' } }, undefined, 4)}\n`;

function machine({ address, mac, controller: isController }: (typeof OWN_NODES)[number]): StandInRule[] {
  const [asks, links] = [`get machinestatus --nodes ${address} `, `get links --insecure --nodes ${address} `];
  const [applied, up] = [`applied-${address}`, `up-${address}`];
  const program = 'talosctl';
  const when = isController ? [applied] : [applied, 'etcd'];
  return [
    { program, match: asks, when: [up], stdout: '{"spec": {"stage": "running"}}\n' },
    // The machine restarts: the first question after it took its configuration is asked in vain.
    { program, match: asks, when, sets: [up], exitCode: 1, stderr: 'error: connect: connection refused\n' },
    { program, match: asks, exitCode: 1, stderr: 'error: tls: certificate signed by unknown authority\n' },
    { program, match: links, unless: [applied], stdout: `{"spec": {"hardwareAddr": "${mac}"}}\n{"spec": {}}\n` },
    { program, match: links, exitCode: 1, stderr: 'error: tls: certificate required\n' },
    { program, match: `get disks --insecure --nodes ${address} `, unless: [applied], stdout: DISKS },
    { program, match: `get discoveredvolumes --insecure --nodes ${address} `, unless: [applied], stdout: VOLUMES },
    { program, match: `apply-config --insecure --nodes ${address} `, unless: [applied], sets: [applied] },
    {
      program,
      match: `apply-config --insecure --nodes ${address} `,
      exitCode: 1,
      stderr: 'error: tls: certificate required\n',
    },
  ];
}

function controller({ address }: (typeof OWN_NODES)[number]): StandInRule[] {
  const program = 'talosctl';
  return [
    { program, match: `etcd members --nodes ${address} `, when: ['etcd'], stdout: 'NODE  ID  HOSTNAME\n' },
    { program, match: `etcd members --nodes ${address} `, exitCode: 1, stderr: 'error: etcd is not running\n' },
    {
      program,
      match: `^bootstrap --nodes ${address} `,
      when: ['etcd'],
      exitCode: 1,
      stderr: 'error: rpc error: code = AlreadyExists desc = etcd data directory is not empty\n',
    },
    {
      program,
      match: `^bootstrap --nodes ${address} `,
      unless: ['asked-for-etcd'],
      sets: ['asked-for-etcd'],
      exitCode: 1,
      stderr: 'error: rpc error: code = FailedPrecondition desc = bootstrap is not available yet\n',
    },
    { program, match: `^bootstrap --nodes ${address} `, sets: ['etcd'] },
    { program, match: `^kubeconfig - .*--nodes ${address} `, when: ['etcd'], stdout: KUBECONFIG },
    { program, match: `^kubeconfig - .*--nodes ${address} `, exitCode: 1, stderr: 'error: not ready\n' },
  ];
}

const READYZ = '^get --raw /readyz';

const API: readonly StandInRule[] = [
  { program: 'kubectl', match: READYZ, when: ['api'], stdout: 'ok' },
  {
    program: 'kubectl',
    match: READYZ,
    when: ['etcd'],
    sets: ['api'],
    exitCode: 1,
    stderr: 'The connection to the server 10.11.12.5:6443 was refused: connection refused\n',
  },
  {
    program: 'kubectl',
    match: READYZ,
    exitCode: 1,
    stderr: 'Unable to connect to the server: dial tcp: i/o timeout\n',
  },
];
