import { defineRule, texts as textList } from '../../rule.ts';
import { isPublished, tokensIn } from '../../secrets.ts';

export const token = defineRule({
  id: 'secret/token',
  description: 'No file holds a token or private key in a form that its issuer is known by.',
  rationale:
    'Programs search all public repositories for these forms, and use what they find within minutes. A private one becomes public with one setting.',
  source: 'https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns',
  options: {
    allowed: textList(
      'Texts that are no secrets although they look so, as examples in pages do; a part of the match is enough.',
      [],
    ),
  },
  severity: 'error',
  *check({ texts }, { allowed }) {
    for (const file of texts) {
      if (isPublished(file.path)) continue;
      for (const { what, start, end } of tokensIn(file.text)) {
        const found = file.text.slice(start, end);
        if (allowed.some((one) => found.includes(one))) continue;
        yield {
          at: { file: { ...file, isSecret: true }, start, end },
          message: `${file.path} holds ${what}`,
          remedy: 'take it out, and replace it where it was issued if it was ever pushed',
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'notes.md': 'Tokens of GitHub begin with ghp_ and tskey-auth- is one of Tailscale.\n' } },
      { files: { 'notes.md': `ghp_${'a1B2'.repeat(9)}\n` }, options: { allowed: ['a1B2a1B2'] } },
    ],
    bad: [{ files: { 'notes.md': `A token:\n\nghp_${'a1B2'.repeat(9)} # <- here\n` } }],
  },
});
