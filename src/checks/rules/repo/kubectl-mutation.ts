import { defineRule, texts as textList } from '../../rule.ts';
import { globMatcher } from '../../../text/glob.ts';

export const kubectlMutation = defineRule({
  id: 'repo/kubectl-mutation',
  description: 'Scripts and pages change the cluster through git, not by kubectl.',
  rationale:
    'What is changed by hand is taken back by Flux, or stays although nobody knows of it. A port-forward goes round the gateway and its policies.',
  source: 'https://opengitops.dev/',
  options: {
    commands: textList('What kubectl is not asked for.', [
      'apply',
      'create',
      'patch',
      'delete',
      'edit',
      'replace',
      'scale',
      'port-forward',
    ]),
    files: textList('Patterns of the files that are looked at.', [
      '*.sh',
      '*.md',
      'Taskfile.y*ml',
      '.taskfiles/**',
      'justfile',
      '*.just',
      'Makefile',
    ]),
  },
  severity: 'off',
  profiles: { guarded: 'warning' },
  *check({ texts }, { commands, files }) {
    const isMeant = files.map(globMatcher);
    const pattern = new RegExp(
      `\\bkubectl\\b(?:[ \\t]+-{1,2}[\\w-]+(?:[= ][^\\s-][^\\s]*)?)*[ \\t]+(${commands.join('|')})\\b`,
      'g',
    );
    for (const file of texts) {
      if (commands.length === 0 || !isMeant.some((matches) => matches(file.path))) continue;
      for (const match of file.text.matchAll(pattern)) {
        const [found, command = ''] = match;
        // A run that changes nothing may be shown.
        const line = file.text.slice(match.index).split('\n', 1)[0] ?? '';
        if (line.includes('--dry-run')) continue;
        yield {
          at: { file, start: match.index, end: match.index + found.length },
          message: `kubectl ${command} changes the cluster past git`,
          remedy: 'commit the change, or write the dry run',
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'docs/help.md': 'Look with `kubectl get pods -A`.\n' } },
      { files: { 'check.sh': 'kubectl apply --dry-run=server -f a.yaml\n' } },
    ],
    bad: [{ files: { 'scripts/install.sh': 'set -e\nkubectl -n web apply -f a.yaml # <- here\n' } }],
  },
});
