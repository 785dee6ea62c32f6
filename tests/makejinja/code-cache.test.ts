import { expect, it } from 'vitest';
import { openCodeCache } from '../../src/makejinja/code-cache.ts';
import { NO_CACHE } from '../../src/system/user-folders.ts';

it('takes what the build has compiled for the same text, settings and program alone', () => {
  const written: { name: string; text: string }[] = [];
  const first = openCodeCache({
    read: () => undefined,
    write: (name, bytes) => written.push({ name, text: Buffer.from(bytes).toString('utf8') }),
  });
  first.write('text', 'settings', 'code');
  first.save();
  const [{ name, text } = { name: '', text: '[]' }] = written;
  const shippedAs = (entry: string) => (): string => `{"entry":"${entry}","templates":${text}}`;
  const own = openCodeCache(NO_CACHE, { shipped: shippedAs(name) });
  expect(own.read('text', 'settings')).toBe('code');
  expect(own.read('other text', 'settings')).toBeUndefined();
  expect(own.read('text', 'other settings')).toBeUndefined();
  expect(openCodeCache(NO_CACHE, { shipped: shippedAs('templates-0') }).read('text', 'settings')).toBeUndefined();
});
