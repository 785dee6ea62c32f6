import { describe, expect, it } from 'vitest';
import { redact } from '../../src/sops/redact.ts';
import { secretRule, wholeRule } from './support.ts';

const nothing = { selection: { by: 'encrypted_regex', pattern: '^nothing$' } } as const;
const kept = { selection: { by: 'unencrypted_regex', pattern: '^never$' } } as const;

describe('redact', () => {
  it.each([
    [
      'what the rule encrypts and nothing else',
      'kind: ConfigMap # shown\nstringData:\n  # hidden\n  a: one\n  b: [2, null]\n',
      secretRule,
      'kind: ConfigMap # shown\nstringData:\n  # [secret]\n  a: "[secret]"\n  b:\n    - "[secret]"\n    - null\n',
    ],
    [
      'what a Secret keeps, although the rule leaves it open',
      'kind: Secret\nmetadata:\n  name: shown\n  # shown\ntype: Opaque\nimmutable: true\n# shown\nstringdata:\n  # hidden\n  a:\n    # hidden\n    - one\n    - {b: 2}\n',
      nothing,
      'kind: Secret\nmetadata:\n  name: shown\n  # shown\n\ntype: Opaque\nimmutable: true\n# shown\nstringdata:\n  # [secret]\n  a:\n    # [secret]\n    - "[secret]"\n    - b: "[secret]"\n',
    ],
    [
      'Secrets in a list of objects, and no other object there',
      'kind: List\nitems:\n  # shown\n  - kind: Secret\n    data: {a: b}\n  - kind: ConfigMap\n    data: {a: b}\n',
      nothing,
      'kind: List\nitems:\n  # shown\n  - kind: Secret\n    data:\n      a: "[secret]"\n  - kind: ConfigMap\n    data:\n      a: b\n',
    ],
    [
      'no value that only looks like the kind',
      'type: Secret\nkind: [Secret]\ndata: {kind: Secrets}\n',
      nothing,
      'type: Secret\nkind:\n  - Secret\ndata:\n  kind: Secrets\n',
    ],
    [
      'all but what an object is, where the rule takes everything',
      'apiVersion: v1\nkind: Secret\nname: Secret\nother: {kind: x}\n',
      kept,
      'apiVersion: "[secret]"\nkind: Secret\nname: "[secret]"\nother:\n  kind: "[secret]"\n',
    ],
    [
      'a value that is called like the kind',
      'kind: ConfigMap\nname: Secret\nother: {kind: Secret}\n',
      kept,
      'kind: "[secret]"\nname: "[secret]"\nother:\n  kind: Secret\n',
    ],
    ['values of other kinds', 'a: 1\nb: true\nc: null\n', wholeRule, 'a: "[secret]"\nb: "[secret]"\nc: null\n'],
  ] as const)('hides %s', (_, plain, rule, shown) => {
    expect(redact('kubernetes/a.sops.yaml', plain, rule)).toBe(shown);
  });

  it('writes JSON as sops does', () => {
    expect(redact('a.sops.json', '{"a": {"b": 1}}', wholeRule)).toBe('{\n\t"a": {\n\t\t"b": "[secret]"\n\t}\n}\n');
  });
});
