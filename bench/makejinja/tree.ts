import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PARTIAL = `{% macro labels(name, extra={}) %}
    app.kubernetes.io/name: {{ name }}
{% for key, value in extra.items() %}
    {{ key }}: {{ value | upper }}
{% endfor %}
{% endmacro %}
`;

/** Every template is another text, as no compiled one may serve for two. */
function template(index: number): string {
  return `---
{% from 'labels.partial.j2' import labels %}
{% set name = 'app-' ~ ${String(index)} %}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ name }}
  namespace: {{ namespace | default('default') }}
  labels:
{{ labels(name, common) -}}
data:
{% for node in nodes if node.enabled %}
  {{ node.name }}: "{{ node.address }}:{{ ${String(1000 + index)} + loop.index }}"
{% else %}
  none: "true"
{% endfor %}
{% if feature and ${String(index)} % 2 == 0 %}
  feature: {{ feature | replace('a', 'b') }}
{% endif %}
`;
}

const DATA = `namespace: bench
feature: banana
common: {tier: backend, team: platform}
nodes:
  - {name: n0, address: 192.0.2.1, enabled: true}
  - {name: n1, address: 192.0.2.2, enabled: false}
  - {name: n2, address: 192.0.2.3, enabled: true}
`;

const SETTINGS = `[makejinja]
inputs = ["templates"]
output = "out"
data = ["data.yaml"]
exclude_patterns = ["*.partial.j2"]
jinja_suffix = ".j2"
force = true
quiet = true
`;

/** Writes a project of that many templates, fifty to a folder. */
export function writeTree(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'makejinja.toml'), SETTINGS);
  writeFileSync(join(folder, 'data.yaml'), DATA);
  for (let index = 0; index < count; index += 1) {
    const part = join(folder, 'templates', `d${String(Math.floor(index / 50))}`);
    mkdirSync(part, { recursive: true });
    writeFileSync(join(part, `t${String(index)}.yaml.j2`), template(index));
  }
  writeFileSync(join(folder, 'templates', 'labels.partial.j2'), PARTIAL);
}
