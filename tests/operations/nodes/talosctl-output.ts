/** Resources as `talosctl get … -o json` prints them: indented objects, one after the other. */
export function talosctlOutput(resources: readonly object[]): string {
  return resources.map((resource) => `${JSON.stringify(resource, undefined, 4)}\n`).join('');
}

/** A disk; `node` is empty where it was asked with --insecure. */
export function disk(node: string, id: string, spec: Readonly<Record<string, unknown>> = {}): object {
  return resource(node, 'Disks.block.talos.dev', id, {
    dev_path: `/dev/${id}`,
    size: 512_110_190_592,
    pretty_size: '512 GB',
    readonly: false,
    cdrom: false,
    model: 'Samsung SSD {980}',
    serial: `S64D-${id}`,
    transport: 'nvme',
    ...spec,
  });
}

/** A network interface that is up. */
export function link(node: string, id: string, mac: string, spec: Readonly<Record<string, unknown>> = {}): object {
  return resource(node, 'LinkStatuses.net.talos.dev', id, {
    index: 4,
    type: 'ether',
    hardwareAddr: mac,
    operationalState: 'up',
    kind: '',
    linkState: true,
    ...spec,
  });
}

/** An address of a network interface. */
export function address(node: string, linkName: string, value: string): object {
  return resource(node, 'AddressStatuses.net.talos.dev', `${linkName}/${value}`, { address: value, linkName });
}

/** The name of a machine. */
export function hostname(node: string, name: string): object {
  return resource(node, 'HostnameStatuses.net.talos.dev', 'hostname', { hostname: name, domainname: '' });
}

function resource(node: string, type: string, id: string, spec: Readonly<Record<string, unknown>>): object {
  return {
    ...(node === '' ? {} : { node }),
    metadata: { namespace: 'runtime', type, id, version: 1, owner: 'x.Controller', phase: 'running' },
    spec,
  };
}
