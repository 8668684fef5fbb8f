// The live pages of a server with a worker, and a browser, for the tests of one suite that share them.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { LOOPBACK, startPages, type Pages } from '../../src/cli/pages/pages.js';
import type { Session } from '../../src/cli/session/session.js';
import type { Baton } from '../../src/client.js';
import type { Agent } from '../../src/domain/agent/agent.js';
import { launchBrowser } from '../support/chromium.js';
import { startInProcess, type InProcess } from './in-process.js';

export interface PageWindow {
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: 'light' | 'dark';
}

export interface OpenedPage {
  readonly page: Page;
  /** Errors of the page, dialogs that it opened, and requests to other origins. */
  readonly complaints: readonly string[];
}

export interface LivePages {
  readonly baton: Baton;
  readonly session: Session;
  readonly pages: Pages;
  open(this: void, url: string, window?: PageWindow): Promise<OpenedPage>;
}

const DESKTOP: PageWindow = { width: 1440, height: 900 };

/** To be called in a suite. `timeoutMs` is for a cold browser on a busy machine, and a server. */
export function useLivePages(agents: () => readonly Agent[], timeoutMs: number): LivePages {
  let place: InProcess | undefined;
  let browser: Browser | undefined;
  let pages: Pages | undefined;
  const session = () => ({ baton: place!.baton, server: place!.server, close: () => Promise.resolve() });
  beforeAll(async () => {
    place = await startInProcess(agents);
    browser = await launchBrowser();
    pages = await startPages(session(), { config: undefined, listen: LOOPBACK });
  }, timeoutMs);
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
    await place?.close();
  });
  return {
    get baton() {
      return place!.baton;
    },
    get session() {
      return session();
    },
    get pages() {
      return pages!;
    },
    async open(url, { width, height, colorScheme = 'light' } = DESKTOP) {
      const page = await browser!.newPage({ viewport: { width, height }, colorScheme });
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => {
        complaints.push(dialog.message());
        void dialog.dismiss();
      });
      page.on('request', (request) => {
        if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:'))
          complaints.push(request.url());
      });
      await page.goto(url);
      return { page, complaints };
    },
  };
}
