import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inChangelog, inTemplateRecord } from '../../scripts/release-texts.ts';
import { Failure } from '../../src/report/finding.ts';
import { formatFinding } from '../../src/report/text.ts';
import {
  compareVersions,
  formatTemplateRecord,
  parseTemplateRecord,
  parseVersion,
} from '../../src/upgrade/template.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

describe('parseTemplateRecord', () => {
  it.each([
    ['a version alone', '{"version": "1.2.3"}', { version: '1.2.3' }],
    [
      'all fields',
      `{"version": "1.2.3-rc.1", "commit": "${COMMIT}", "source": "git@github.com:me/template.git"}`,
      { version: '1.2.3-rc.1', commit: COMMIT, source: 'git@github.com:me/template.git' },
    ],
    ['a commit that nobody filled in', '{"version": "1.2.3", "commit": "$Format:%H$"}', { version: '1.2.3' }],
    [
      'a source that is still to be set',
      '{"version": "1.2.3", "source": "https://git.example.com/x"}',
      { version: '1.2.3' },
    ],
    ['a folder', '{"version": "1.2.3", "source": "/srv/template"}', { version: '1.2.3', source: '/srv/template' }],
  ])('reads %s', (_, text, record) => {
    expect(parseTemplateRecord(text)).toEqual(record);
  });

  it.each([
    ['', ':1:1: error: .template/template.json cannot be used: it is no JSON'],
    ['[]', ':1:1: error: .template/template.json cannot be used: it is no object'],
    ['{}', ':1:1: error: .template/template.json cannot be used: `version` is missing'],
    ['{\n  "version": 1\n}', ':2:14: error: .template/template.json cannot be used: `version` is 1'],
    ['{"version": "1.2"}', ':1:13: error: .template/template.json cannot be used: `version` is "1.2"'],
    [
      '{"version": "1.2.3", "commit": "abc"}',
      ':1:32: error: .template/template.json cannot be used: `commit` is "abc"',
    ],
    ['{"version": "1.2.3", "source": "--upload-pack=x"}', '`source` is "--upload-pack=x"'],
    ['{"version": "1.2.3", "source": {}}', '`source` is no text'],
    ['{"version": "1.2.3", "sorce": "/x"}', '`sorce` is not known [upgrade/template]\n  = did you mean `source`?'],
    ['{"version": "1.2.3",\n<<<<<<< HEAD\n}', ':2:1: error: .template/template.json cannot be used: it is no JSON'],
  ])('refuses %j', (text, message) => {
    expect(findingsOf(text)).toContain(message.replaceAll('.template/', '.cluster-template/'));
  });

  it('tells everything that is wrong', () => {
    expect(findingsOf('{"version": "1", "commit": "x", "sorce": "/x"}').match(/error:/g)).toHaveLength(3);
  });

  it('reads what formatTemplateRecord writes', () => {
    for (const record of [{ version: '1.2.3' }, { version: '1.2.3', commit: COMMIT, source: '/srv/template' }]) {
      expect(parseTemplateRecord(formatTemplateRecord(record))).toEqual(record);
    }
  });
});

describe('compareVersions', () => {
  it('follows Semantic Versioning', () => {
    const ordered = [
      ...['0.1.0', '0.2.0', '0.10.0', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2'],
      ...['1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1'],
    ];
    const versions = ordered.map((text) => parseVersion(text) ?? expect.unreachable(text));
    for (const [index, version] of versions.entries()) {
      const signs = versions.map((other) => Math.sign(compareVersions(version, other)));
      expect(signs).toEqual(versions.map((_, other) => Math.sign(index - other)));
    }
  });

  it('takes a v and build metadata, and nothing that is no version', () => {
    expect(parseVersion('v1.2.3+build')).toEqual({ numbers: [1, 2, 3], preRelease: [] });
    for (const text of ['1.2', 'main', '01.2.3', '1.2.3.4', '']) expect(parseVersion(text), text).toBeUndefined();
  });
});

describe('the version', () => {
  it('is the same wherever it stands', async () => {
    const [packageJson, lock, record, changelog] = await Promise.all(
      ['package.json', 'package-lock.json', '.cluster-template/template.json', 'CHANGELOG.md'].map(read),
    );
    const { version } = JSON.parse(packageJson ?? '') as { version: string };
    expect(JSON.parse(lock ?? '')).toMatchObject({ version, packages: { '': { version } } });
    expect(parseTemplateRecord(record ?? '').version).toBe(version);
    expect(changelog).toMatch(new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm'));
  });

  it('is written by a release', async () => {
    const record = await read('.cluster-template/template.json');
    expect(parseTemplateRecord(inTemplateRecord(record, '9.8.7')).version).toBe('9.8.7');
    const before = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n\n## [0.1.0] - 2026-11-29\n';
    expect(inChangelog(before, '9.8.7', '2026-12-24')).toBe(
      before.replace('[Unreleased]\n', '[Unreleased]\n\n## [9.8.7] - 2026-12-24\n'),
    );
    expect(() => inChangelog('## [Unreleased]\n\n## [0.1.0] - 2026-11-29\n', '9.8.7', '')).toThrow('lists nothing');
  });
});

function findingsOf(text: string): string {
  try {
    return JSON.stringify(parseTemplateRecord(text));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.findings.map((finding) => formatFinding(finding)).join('\n');
  }
}

async function read(path: string): Promise<string> {
  return await readFile(join(resolve(import.meta.dirname, '../..'), path), 'utf8');
}
