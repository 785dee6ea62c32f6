import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium lies; undefined where there is none, so that tests of pages skip themselves. */
export const CHROMIUM: string | undefined = [process.env.CHROMIUM, ...PLACES].find(
  (path) => path !== undefined && path !== '' && existsSync(path),
);

/** Why tests of pages were left out, for their title. */
export const WITHOUT_CHROMIUM = CHROMIUM === undefined ? ' (skipped: no Chromium here; CHROMIUM names one)' : '';

/** Starts Chromium without a window. */
export async function startChromium(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('there is no Chromium');
  // As root, in containers and in continuous integration its sandbox cannot be set up; what it opens is our own page.
  return await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** What a page asked for and complained of. */
export interface Heard {
  readonly requests: string[];
  readonly complaints: string[];
}

/** Notes all that a page asks for, and every error that it tells. */
export function listen(page: Page): Heard {
  const heard: Heard = { requests: [], complaints: [] };
  page.on('request', (request) => heard.requests.push(request.url()));
  page.on('pageerror', (error) => heard.complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.complaints.push(message.text());
  });
  return heard;
}
