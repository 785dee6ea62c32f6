import { describe, expect, it } from 'vitest';
import type { RenderedFile } from '../../src/makejinja/render.ts';
import { encryptSecrets } from '../../src/pipeline/encrypt.ts';
import { Failure } from '../../src/report/finding.ts';
import { generateIdentity } from '../../src/sops/identities.ts';

const identity = generateIdentity();
const recipient = await identity.recipient();

function rendered(path: string, text: string): RenderedFile {
  return { path, bytes: Buffer.from(text), mode: 0o644, source: `templates/config/${path}.j2`, isRendered: true };
}

/** Encrypts one secret that a template printed; gives back the findings that refuse it. */
async function refusals(template: string, text: string): Promise<unknown[]> {
  const files = [
    rendered('.sops.yaml', `creation_rules:\n  - age: ${recipient}\n`),
    rendered('talos/own.sops.yaml', text),
  ];
  const access = { kind: 'owner', key: { identities: [identity], recipient }, takesOver: false } as const;
  try {
    await encryptSecrets(files, new Map(), access, { readTemplate: () => Promise.resolve(template) });
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.findings.map(({ code, place, message }) => [code, place?.line, message.split(':')[0]]);
  }
}

describe('a secret that a template prints', () => {
  it.each([
    ['blank', 'a: x-1\nb: #< token >#\n', 'a: x-1\nb:\n', 2, '`b` of talos/own.sops.yaml has no value'],
    ['an empty text', 'a:\n  b: "#< token >#"\n', 'a:\n  b: ""\n', 2, '`a.b` of talos/own.sops.yaml is blank'],
    [
      'nothing of Python',
      'b: "#< token >#"\n',
      'b: "None"\n',
      1,
      '`b` of talos/own.sops.yaml says None, as programs write it where there is no value',
    ],
    [
      'a variable',
      'b: "#< token >#"\n',
      'b: "${TOKEN}"\n',
      1,
      '`b` of talos/own.sops.yaml is a variable that nothing has filled in',
    ],
  ])('is refused where an expression leaves %s, with its line', async (_, ...[template, text, line, message]) => {
    expect(await refusals(template, text)).toEqual([['secrets/unfit-value', line, message]]);
  });

  it.each([
    ['what is blank in so many letters', 'b: ""\n', 'b: ""\n'],
    ['the placeholder of the sample', 'b: #< token >#\n', 'b: SAMPLE-NOT-A-REAL-CLOUDFLARE-TOKEN\n'],
    ['a value', 'b: #< token >#\n', 'b: value-1\n'],
  ])('may be %s', async (_, template, text) => {
    expect(await refusals(template, text)).toEqual([]);
  });
});
