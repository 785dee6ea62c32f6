/**
 * The closed list of finding codes with a line on each. docs/errors.md explains every one of them; a test compares both.
 * A code is `<area>/<what>` and is never reused for another meaning.
 */
export const FINDING_CODES = {
  // config: cluster.yaml and nodes.yaml
  'config/missing-file': 'cluster.yaml or nodes.yaml does not exist',
  'config/yaml-syntax': 'a file of the configuration is not valid YAML 1.2',
  'config/yaml-alias': 'an alias stands where a value has to be written out',
  'config/yaml-duplicate-key': 'a key stands twice in one map',
  'config/yaml-ambiguous': 'YAML 1.1 and 1.2 read a value without quotes differently',
  'config/missing-key': 'a required field is missing',
  'config/unknown-key': 'a field is not known',
  'config/computed-key': 'a field is set that follows from others',
  'config/misplaced-key': 'a field stands in the wrong one of the two files',
  'config/empty-value': 'a field is there without a value',
  'config/invalid-value': 'a value has not the form that its field takes',
  'config/invalid-label': 'the key of a node label is not valid',
  'config/duplicate-entry': 'a list names something twice',
  'config/reserved-name': 'a node has a name that means something else',
  'config/secret-missing': 'the variable or the file that a secret is read from is missing or empty',
  'config/secret-in-git': 'a secret stands in plain text in a file that git tracks',
  'config/companion': 'cluster.sops.yaml holds something else than secrets of cluster.yaml',
  'config/host-bits': 'a network is not written by its first address',
  'config/network-reserved': 'a network takes addresses that are reserved for other uses',
  'config/network-overlap': 'two networks share addresses',
  'config/network-size': 'a network is too small or too large for what it is for',
  'config/address-outside': 'an address lies outside of the node network',
  'config/address-unusable': 'an address is the first or the last one of the node network',
  'config/address-in-cluster': 'an address lies inside of the Pod or Service network',
  'config/address-taken': 'an address has two owners',
  'config/pool-taken': 'every address of a block of load balancer addresses belongs to somebody else',
  'config/bgp-incomplete': 'some of the three fields of BGP are set and some are not',
  'config/bgp-same-asn': 'the router and the nodes have the same AS number',
  'config/resolver-loop': 'a resolver is asked that would ask back, or that only answers once it was asked',
  'config/mtu': 'the MTU of the nodes differs, or leaves too little for the Pods',
  'config/zone': 'a domain does not lie in its zone, or its names are not covered by a certificate of the edge',
  'config/bgp-timers': 'the signs of life of a BGP session are too rare for its hold time',
  'config/range-reversed': 'a range of addresses ends before it begins',
  'config/network-public': 'Pods or Services take addresses of the Internet',
  'config/family-repeated': 'a list for IPv4 and IPv6 holds two of one family',
  'config/family-missing': 'IPv4 or IPv6 is used here and missing there',
  'config/conflict': 'two fields contradict each other',
  'config/needs-field': 'a field is set without another one that it needs',
  'config/no-effect': 'a field is set that does nothing as things stand',
  'config/old-name': 'a field is written under a name that it had earlier',
  'config/known-hosts': 'the host keys for SSH to the Git host are missing',
  'config/not-encrypted': 'the repository is read over plain HTTP',
  'config/label-missing': 'a node lacks a label that something needs',
  'config/encryption-without-secureboot': 'a disk is encrypted, but the start of its node is not verified',
  'config/plain-schematic': 'a node has a GPU, but its image has no driver',
  'config/sample-value': 'a value of the sample is left in a tree that has an owner',
  'config/no-controller': 'no node is a controller',
  'config/even-controllers': 'the number of controllers is even',
  'config/node-repeated': 'two nodes have the same name or MAC address',
  'config/disk-name': 'a disk is named in a way that is taken for a serial number',
  'config/bad-argument': 'a template gives a filter or function of the cluster a value that it cannot take',
  'config/label-forbidden': 'a node label is set that a node must not set on itself',

  // credentials: keys and tokens in git-ignored files
  'credentials/missing': 'a key or token file does not exist',
  'credentials/invalid': 'a key or token file does not hold what it should',
  'credentials/placeholder': 'cloudflare-tunnel.json is the placeholder of the sample',
  'credentials/other': 'a key or token file holds another credential than the tree',
  'credentials/restored': 'a key or token file is missing here and comes back from the encrypted files of the tree',
  'credentials/rotated': 'a credential was replaced, and its old one has to be removed elsewhere',
  'credentials/mode': 'a file with a secret can be read by others than its owner',

  // sops: encrypted files and their rules
  'sops/yaml': 'a text cannot be encrypted or decrypted because it is no YAML that SOPS can hold',
  'sops/format': 'a file is of no format that can be encrypted',
  'sops/identity': 'a file of age keys holds none, or a line that is none',
  'sops/recipient': 'an age recipient is wrong, or classic and post-quantum ones are mixed',
  'sops/rules': 'the creation rules in .sops.yaml are wrong',
  'sops/no-rule': 'no creation rule in .sops.yaml matches the path of a file',
  'sops/not-encrypted': 'a file that should be encrypted carries no metadata of SOPS',
  'sops/already-encrypted': 'a text that is to be encrypted carries metadata of SOPS already',
  'sops/metadata': 'the metadata of an encrypted file cannot be used',
  'sops/wrong-key': 'a file is encrypted to other keys than the one at hand',
  'sops/damaged': 'an encrypted value cannot be decrypted: it, its key or its path was changed',
  'sops/mac': 'the values of an encrypted file are not those that it was encrypted with',
  'sops/previous': 'the encrypted file that a new one replaces could not be read',
  'sops/read-back': 'a newly encrypted file did not read back as its plain text',

  // render: makejinja.toml, templates and plugins
  'render/settings': 'makejinja.toml cannot be read, or holds an unknown key or a value of the wrong type',
  'render/input-missing': 'a folder named under `inputs` in makejinja.toml does not exist',
  'render/unreadable': 'a template or a plugin cannot be read',
  'render/template': 'a template is wrong or failed while it was rendered',
  'render/encoding': 'a template is not UTF-8 text',
  'render/output': 'the output named in makejinja.toml cannot take the results',
  'render/hook': 'a shell command of makejinja.toml failed',
  'render/data': 'a data file of the renderer does not exist or cannot be read',
  'render/plugin': 'a plugin cannot be found, loaded or used',
  'render/outside-roots': 'a template would write outside kubernetes/, talos/, bootstrap/, .sops.yaml and AGENTS.md',
  'render/line-ending': 'a rendered text holds a carriage return or does not end with a line break',

  // secrets: what may lie in plain text
  'secrets/plain-text': 'a secret would be written to a file that is not encrypted',
  'secrets/sample-key': 'something is encrypted to the published key of the sample, or that key is in use',
  'secrets/in-git': 'git tracks a secret in plain text, or a commit would',
  'secrets/not-checked': 'secrets were not compared, as there is no key to read them',

  // manifests: what Flux, the bootstrap and talhelper would make of the result
  'manifests/yaml-syntax': 'a generated manifest is not valid YAML',
  'manifests/missing-file': 'a kustomization or a Talos configuration names a file or folder that does not exist',
  'manifests/listed-twice': 'a kustomization lists a file or folder twice, or itself',
  'manifests/orphan-file': 'nothing lists a generated file, so nobody ever applies it',
  'manifests/patch-target': 'a patch looks for an object that its kustomization does not have',
  'manifests/flux-folder': 'a Kustomization of Flux names a folder that is not there, or that another one applies too',
  'manifests/dependency':
    'a Kustomization or HelmRelease depends on one that does not exist, or on itself by way of others',
  'manifests/decryption': 'Flux would not decrypt the secrets of a Kustomization',
  'manifests/reference': 'an object names another one that nothing in the tree makes',
  'manifests/reference-grant': 'an object names one of another namespace that does not allow it',
  'manifests/route': 'a route does not fit the gateway that it is attached to',
  'manifests/namespace': 'an object is in a namespace that nothing in the tree makes',
  'manifests/versions': 'versions do not go together, or one does not know a setting',
  'manifests/variable': 'nothing defines a variable: Flux refuses its Kustomization',
  'manifests/substitution': 'Flux cannot read a substitution, or would change a text that was not meant for it',
  'manifests/empty-value': 'a list is empty, or a value is missing, where the API refuses it',
  'manifests/replaced-default': 'a list in the values of a chart replaces one that it cannot do without',
  'manifests/duplicate-object': 'two files define the same object',
  'manifests/schema': 'an object does not fit the schema of its kind',
  'manifests/no-schema': 'there is no schema to check objects of a kind by',
  'manifests/bootstrap': 'the bootstrap would not install what Flux applies later',
  'manifests/talconfig': 'talhelper would ignore or refuse something in talconfig.yaml',
  'manifests/talos-patch': 'no node takes a Talos patch, or one that is named does not exist',

  // workspace: the repository on disk
  'workspace/manifest': 'the manifest of generated files cannot be read',
  'workspace/journal': 'the journal of an interrupted run cannot be read',
  'workspace/not-a-file': 'a folder or a link lies where a generated file belongs, or a file where a folder does',
  'workspace/read': 'a file or folder could not be read',
  'workspace/write': 'a file could not be written; nothing was changed',
  'workspace/locked': 'another run is writing to the tree and did not end in time',
  'workspace/concurrent': 'a file was changed while a run was at work',
  'workspace/edited': 'a generated file was changed by hand',
  'workspace/foreign': 'a file that was never generated lies where a generated one belongs',
  'workspace/merge-conflict': 'a file holds the markers of a merge that git could not finish',
  'workspace/plain-secret': 'a file that should be encrypted holds values in plain text, so no copy of it is kept',
  'workspace/repository': 'files are no longer generated and stay, as their folder is a git repository of its own',
  'workspace/talos-config': 'nodes.yaml changed, so the configuration of the nodes has to be generated anew',
  'workspace/stale': 'the inputs of the generated files changed since the last configure',
  'workspace/uncommitted':
    'generated files are not committed, or commits are not pushed, so that Flux does not see them',
  'workspace/owner': 'the tree belongs to another age key than the one at hand',

  // programs: external programs
  'programs/missing': 'a program that a command needs is not on PATH',
  'programs/version': 'a program that a command needs is too old',
  'programs/failed': 'a program ended with an error, or could not be started',
  'programs/timeout': 'a program, or what it was waited for, took too long',

  // operations: nodes and the cluster that runs on them
  'operations/schematic': 'a schematic cannot be read, or its id cannot be computed without the image factory',
  'operations/hardware': 'what talosctl tells of a machine cannot be read, or does not say which disk or link to use',
  'operations/node-unknown': 'a node is named that the configuration does not have',
  'operations/not-generated': 'a generated file that a command works with is missing or cannot be read',
  'operations/not-confirmed': 'a question was not answered with yes, or not as it asks to be',
  'operations/unhealthy': 'nodes, etcd or Kubernetes are not in a state in which a change is safe',
  'operations/version-step': 'a version cannot be reached from the one that runs',
  'operations/not-found': 'an object does not exist in the cluster',
  'operations/partly-done': 'some parts of a command failed while others were done',

  'programs/environment': 'a variable of the shell names other files than those of this cluster',

  // cluster: the nodes, the Kubernetes API and the domain
  'cluster/node': 'a node cannot be reached, or is not in the state that a step needs',
  'cluster/api': 'the Kubernetes API does not answer, or refuses something',
  'cluster/state': 'the state of the cluster and that of the repository do not fit each other',
  'cluster/dns': 'the domain is not where it should be',

  // templates: what `doctor templates` finds
  'templates/unknown-name': 'a template reads a name that nothing gives',
  'templates/incomplete-field': 'a field of cluster.yaml is not found in the documentation, the sample or the tests',
  'templates/unused-field': 'a field of cluster.yaml is read by nothing',
  'templates/unused-partial': 'a template gives no file, and no other one asks for it',

  // upgrade: taking a newer version of the template
  'upgrade/template': '.cluster-template/template.json cannot be read, or does not say what it has to',

  // usage: how a command was called
  'usage/folder': 'an option names a folder that does not exist',
  'usage/argument': 'an argument or an option does not fit the command',
} as const satisfies Record<string, string>;

/** A code of the list above. */
export type FindingCode = keyof typeof FINDING_CODES;
