import { describe, expect, it } from 'vitest';
import { secretLines } from '../../../src/cluster/config/document.ts';

describe('secretLines', () => {
  it.each([
    ['the value', 'a: 1\ncloudflare_token: x\nb: 2\n', [2]],
    ['a value on the next line', 'cloudflare_token:\n  x\nb: 2\n', [1, 2]],
    ['a block', 'cloudflare_token: |\n  x\n\n  y\nb: 2\n', [1, 2, 3, 4]],
    ['a quoted text that runs on without indentation', 'cloudflare_token: "x\ny"\nb: 2\n', [1, 2]],
    ['a misspelt key', 'cloudlfare_tokn: x\nb: 2\n', [1]],
    ['a quoted key', '"cloudflare_token": x\nb: 2\n', [1]],
    ['a key in a list', 'nodes:\n  - cloudflare_token: x\n    name: y\n  - name: z\n', [2]],
    ['a flow map', '{node_cidr: x, cloudflare_token:\n  y}\nb: 2\n', [1, 2]],
    ['a name that sounds like a secret', 'my_password: x\napi-key: y\nb: 2\n', [1, 2]],
    ['nothing else', 'node_cidr: x\nrepository_name: y\n# comment\n', []],
  ])('are those of %s', (_, text, expected) => {
    expect([...secretLines(text)]).toEqual(expected);
  });
});
