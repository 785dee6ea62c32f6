import { describe, expect, it } from 'vitest';
import { EVERYTHING, PROXMOX_LABELS, renderSample, repositoryText } from './rendering.ts';

describe('what is rendered', () => {
  it('obeys .editorconfig', async () => {
    expect(await repositoryText('.editorconfig')).toMatch(
      /charset = utf-8\nend_of_line = lf\nindent_size = 2\nindent_style = space\ninsert_final_newline = true\ntrim_trailing_whitespace = true/,
    );
    const offences: string[] = [];
    for (const [path, text] of await renderSample(EVERYTHING, PROXMOX_LABELS)) {
      if (/\r|\uFFFD|\t/.test(text)) offences.push(`${path}: a tab, a carriage return or no UTF-8`);
      if (!text.endsWith('\n') || text.endsWith('\n\n')) offences.push(`${path}: not one line break at the end`);
      if (/[ \t]$/m.test(text)) offences.push(`${path}: white space at the end of a line`);
    }
    expect(offences).toEqual([]);
  });
});

describe('.gitattributes', () => {
  it('keeps LF on every machine and shows templates as YAML', async () => {
    const lines = (await repositoryText('.gitattributes')).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['* text=auto eol=lf', '*.yaml.j2 linguist-language=YAML']));
  });
});
