// What is measured: templates that Jinja2, nunjucks and this engine all can run, their data, and by hand the same text.

/** Templates by name, the one to render, its data, and the same text made without any template. */
export interface Workload {
  readonly name: string;
  readonly templates: Readonly<Record<string, string>>;
  readonly main: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly byHand: () => string;
  /** How many renders make one measurement. */
  readonly repeat: number;
}

interface Node {
  readonly name: string;
  readonly address: string;
  readonly enabled: boolean;
  readonly controller: boolean;
  readonly cpu: number;
  readonly labels: readonly string[];
}

const NODES: readonly Node[] = Array.from({ length: 1000 }, (_, index) => ({
  name: `node-${String(index)}`,
  address: `10.0.${String(index >> 8)}.${String(index & 255)}`,
  enabled: index % 5 !== 0,
  controller: index % 3 === 0,
  cpu: index % 7,
  labels: ['zone_a', `rack_${String(index % 10)}`, 'ssd'],
}));

const LOOP = `{% for node in nodes %}{% if node.enabled and node.cpu > 2 %}
- name: {{ node.name|upper }}
  index: {{ loop.index }}
  role: {{ "controller" if node.controller else "worker" }}
  address: {{ node.address|default("none") }}/24
  labels: {% for label in node.labels %}{{ label|replace("_", "-") }}{% if not loop.last %},{% endif %}{% endfor %}
{% endif %}{% endfor %}`;

function loopByHand(): string {
  let text = '';
  for (const [index, node] of NODES.entries()) {
    if (!node.enabled || node.cpu <= 2) continue;
    const labels = node.labels.map((label) => label.replaceAll('_', '-')).join(',');
    text += `\n- name: ${node.name.toUpperCase()}\n  index: ${String(index + 1)}\n  role: ${node.controller ? 'controller' : 'worker'}`;
    text += `\n  address: ${node.address}/24\n  labels: ${labels}\n`;
  }
  return text;
}

const SMALL = 'name: {{ name }}\nport: {{ port + 1 }}{% if tls %}\ntls: {{ host|lower }}{% endif %}\n';
const SMALL_DATA = { name: 'echo', port: 80, tls: true, host: 'Echo.Example.Com' };

function smallByHand({ name, port, tls, host }: typeof SMALL_DATA): string {
  return `name: ${name}\nport: ${String(port + 1)}${tls ? `\ntls: ${host.toLowerCase()}` : ''}\n`;
}

/** A tree of five templates at each of three levels: 156 templates. */
function tree(): Record<string, string> {
  const templates: Record<string, string> = {};
  const grow = (name: string, depth: number): void => {
    const children = depth === 0 ? [] : Array.from({ length: 5 }, (_, index) => `${name}-${String(index)}`);
    const includes = children.map((child) => `{% include "${child}" %}\n`).join('');
    templates[name] = `{{ title }} ${name}: {{ value + ${String(depth)} }}\n${includes}`;
    for (const child of children) grow(child, depth - 1);
  };
  grow('t', 3);
  return templates;
}

function treeByHand(name = 't', depth = 3): string {
  let text = `cluster ${name}: ${String(5 + depth)}\n`;
  for (let index = 0; depth > 0 && index < 5; index += 1)
    text += `${treeByHand(`${name}-${String(index)}`, depth - 1)}\n`;
  return text;
}

/** Without the line break that ends a template: Jinja2 takes it away, nunjucks does not. */
function withoutLast(templates: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(templates).map(([name, source]) => [name, source.replace(/\n$/, '')]));
}

export const LOOP_WORKLOAD: Workload = {
  name: 'loop over 1,000 nodes',
  templates: { main: LOOP },
  main: 'main',
  data: { nodes: NODES },
  byHand: loopByHand,
  repeat: 10,
};

export const TREE_WORKLOAD: Workload = {
  name: '156 templates including each other',
  templates: withoutLast(tree()),
  main: 't',
  data: { title: 'cluster', value: 5 },
  byHand: () => trimTree(treeByHand()),
  repeat: 20,
};

/** Each template of the tree ends without its line break. */
function trimTree(text: string): string {
  return text.replace(/\n+/g, '\n').trimEnd();
}

export const SMALL_WORKLOAD: Workload = {
  name: 'small template',
  templates: { main: SMALL.trimEnd() },
  main: 'main',
  data: SMALL_DATA,
  byHand: () => smallByHand(SMALL_DATA).trimEnd(),
  repeat: 1000,
};

/** A hundred small templates that differ from each other and from those of every other seed: V8 keeps code that it knows. */
export function coldTemplates(seed: number): string[] {
  return Array.from(
    { length: 100 },
    (_, index) =>
      `{% set label = "app-${String(seed)}-${String(index)}" %}${SMALL}{% for item in [1, 2, ${String(index)}] %}{{ label }}: {{ item * 2 }}\n{% endfor %}end`,
  );
}

export const COLD_DATA: Readonly<Record<string, unknown>> = SMALL_DATA;
