import { describe, expect, it } from 'vitest';
import { checkTools, examine } from '../../src/checks/run.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import type { Finding } from '../../src/report/finding.ts';
import { manifestFilesOf } from '../manifests/support.ts';

const RIGHT = `clusterName: kubernetes
talosVersion: \${talosVersion}
endpoint: https://192.0.2.5:6443
clusterPodNets:
  - 10.42.0.0/16
nodes:
  - hostname: k8s-0
    ipAddress: 192.0.2.10
    installDisk: /dev/sda
    controlPlane: true
controlPlane:
  patches:
    - "@./patches/controller/cluster.yaml"
`;

const tools = checkTools(schemaChecker(PROVIDED));

/** What one rule says of files. */
async function found(id: string, files: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  const { findings } = await examine(manifestFilesOf(files), { tools });
  return findings.filter(({ code }) => code === id);
}

describe('manifests/talconfig', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['nothing where all is right', '', '', []],
    [
      'an unknown key',
      'clusterName',
      'clustername',
      ['1:14 talhelper knows no key `clustername` here, and ignores it'],
    ],
    [
      'one of a node',
      'installDisk:',
      'installdisk:',
      ['7:5 the node has no `installDisk`', '9:18 talhelper knows no key `installdisk` here, and ignores it'],
    ],
    ['one of a group', '  patches:', '  patchs:', ['12:3 talhelper knows no key `patchs` here, and ignores it']],
    ['a flag in quotes', 'controlPlane: true', "controlPlane: 'true'", ['10:19 `controlPlane` is not true or false']],
    [
      'a text for a list',
      'clusterPodNets:\n  - 10.42.0.0/16',
      'clusterPodNets: 10.42.0.0/16',
      ['4:17 `clusterPodNets` is not a list'],
    ],
    ['a node without a name', '- hostname: k8s-0\n    ipAddress', '- ipAddress', ['7:5 the node has no `hostname`']],
  ])('finds %s', async (_, from, to, expected) => {
    expect(RIGHT).toContain(from);
    const text = RIGHT.replace(from, to);
    const lines = (await found('manifests/talconfig', { 'talos/talconfig.yaml': text })).map(
      ({ place, message }) => `${String(place?.line)}:${String(place?.column)} ${message}`,
    );
    expect(lines.sort()).toEqual([...expected].sort());
  });
});

describe('manifests/versions', () => {
  const KUBELET =
    'machine:\n  kubelet:\n    extraConfig:\n      crashLoopBackOff:\n        maxContainerRestartPeriod: 60s\n';

  it.each<[string, string, readonly string[]]>([
    ['v1.13.7', 'v1.36.4', []],
    ['v1.13.7', 'v1.37.0', ['talos/talenv.yaml:2 Talos 1.13 runs Kubernetes 1.31 to 1.36, not 1.37']],
    ['v1.12.0', 'v1.35.0', []],
    [
      'v1.13.0',
      'v1.30.9',
      [
        'talos/talenv.yaml:2 Talos 1.13 runs Kubernetes 1.31 to 1.36, not 1.30',
        'talos/patches/global/kubelet.yaml:4 the kubelet of Kubernetes 1.30 does not start with `crashLoopBackOff`: it takes it from 1.35 on',
      ],
    ],
    [
      'v1.13.0',
      'v1.34.2',
      [
        'talos/patches/global/kubelet.yaml:4 the kubelet of Kubernetes 1.34 does not start with `crashLoopBackOff`: it takes it from 1.35 on',
      ],
    ],
  ])('Talos %s with Kubernetes %s', async (talos, kubernetes, expected) => {
    const findings = await found('manifests/versions', {
      'talos/talenv.yaml': `talosVersion: ${talos}\nkubernetesVersion: ${kubernetes}\n`,
      'talos/patches/global/kubelet.yaml': KUBELET,
    });
    const lines = findings.map(({ place, message }) => `${String(place?.file)}:${String(place?.line)} ${message}`);
    expect(lines.sort()).toEqual([...expected].sort());
  });
});
