// A real browser for tests that look at pages: BATON_CHROMIUM, or the system's. Where there is none they are skipped.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

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

/** Keeps a picture of the page in the directory that BATON_SCREENSHOTS names; without one it does nothing. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const pictures = process.env['BATON_SCREENSHOTS'];
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
}
