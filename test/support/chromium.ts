// A real browser for tests that look at pages: BATON_CHROMIUM, or the system's. Where there is none they are skipped.
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const executablePath = process.env['BATON_CHROMIUM'] ?? '/usr/bin/chromium';

export const hasBrowser = existsSync(executablePath);

/** The title of a suite, which says why it is skipped. */
export const inBrowser = (title: string): string =>
  hasBrowser ? title : `${title} (skipped: no ${executablePath}, set BATON_CHROMIUM)`;

/** Asks nothing of the network by itself, and runs as root too. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
