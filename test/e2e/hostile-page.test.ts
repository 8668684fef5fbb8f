// Text of agents that is large and hostile, on the page of a real run: nothing of it is executed, the page stays small and usable.
// Without a browser (BATON_CHROMIUM or /usr/bin/chromium) these tests are skipped, which says so.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { readRunPage } from '../../src/cli/observe/read-run-page.js';
import { renderRunPage } from '../../src/cli/picture/index.js';
import type { Io } from '../../src/cli/terminal/io.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { hasBrowser, inBrowser, keepPicture } from '../support/chromium.js';
import { gate } from '../support/gate.js';
import { useLivePages } from './live-pages.js';

/** A cold Chromium on a busy machine, and a server. */
const TIMEOUT_MS = 180_000;

const BIDI = '\u202e\u2066\u200b';
const MARKUP = `</script></pre><img src=x onerror="alert(1)"><svg onload=alert(2)>${BIDI}'"><script>alert(3)</script>`;
const many = (bytes: number): string => MARKUP.repeat(Math.ceil(bytes / MARKUP.length));
const slow = gate();

const agents = () => [
  functionAgent({ type: 'large', run: () => ({ [MARKUP]: many(1_800_000) }) }),
  functionAgent({
    type: 'failing',
    retry: { attempts: 2, initial: '10ms' },
    run() {
      throw new Error(many(1_000_000));
    },
  }),
  functionAgent({
    type: 'job',
    async run(_input, { progress }) {
      progress({
        job: { id: MARKUP, link: 'javascript:alert(4)//http://x', state: 'waiting', waitsFor: many(200_000) },
      });
      await slow.opened;
      return 1;
    },
  }),
];

const plan: Plan = {
  name: MARKUP.replace(/\p{Cf}/gu, '').slice(0, 60),
  tasks: {
    large: { agent: 'large' },
    job: { agent: 'job' },
    failing: { agent: 'failing', fallback: { agent: 'job' } },
    // Several megabytes, of which a run keeps what people read.
    ask: {
      approve: {
        title: '{% $string($tasks.large.output) %}',
        description: '{% $string($tasks.large.output) & $string($tasks.large.output) %}',
      },
    },
  },
};

/** Of a page of four tasks, with all its values cut. */
const MOST_CHARACTERS = 400_000;

const WINDOWS = [
  [1440, 900, 'light'],
  [400, 800, 'dark'],
] as [number, number, 'light' | 'dark'][];

describe.skipIf(!hasBrowser)(inBrowser('hostile text on the page of a run'), { timeout: TIMEOUT_MS }, () => {
  const live = useLivePages(agents, TIMEOUT_MS);
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-hostile-'));
    await live.baton.start(plan, { id: 'hostile' });
  });
  afterAll(async () => {
    slow.open();
    await rm(folder, { recursive: true, force: true });
  });
  const open = (url: string, [width, height, colorScheme]: (typeof WINDOWS)[number]) =>
    live.open(url, { width, height, colorScheme });

  /** Opens the details of each task, and looks for what must not be there. */
  async function visitAll(page: Page, tasks: number): Promise<string> {
    const texts: string[] = [];
    for (let index = 0; index < tasks; index++) {
      await page.locator(`[data-task="${index}"]`).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('#details .values').innerText()).not.toMatch(/^Reading/);
      texts.push(await page.locator('#details').innerText());
      await page.keyboard.press('Escape');
    }
    expect(await page.locator('img, iframe, object, script[src]').count()).toBe(0);
    expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
    const raw = await page.evaluate<string>(
      "document.body.innerText + document.body.innerHTML.replace(/<script[^]*?<.script>/g, '')",
    );
    expect(raw).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
    return texts.join('\n');
  }

  it.each(WINDOWS)('page: in a live page of %i × %i, %s, hostile text of megabytes stays text', async (...window) => {
    const { page, complaints } = await open(live.pages.pageOf('hostile'), window);
    for (const index of [1, 3])
      await expect.poll(() => page.locator(`[data-task="${index}"]`).getAttribute('class')).toContain('s-waiting');
    const text = await visitAll(page, 4);
    expect(text).toContain('</script></pre><img src=x onerror=');
    expect(text).toContain('\\u202e');
    expect(text).toContain('characters in all');
    expect(complaints).toEqual([]);
    expect((await page.content()).length).toBeLessThan(MOST_CHARACTERS);
    await keepPicture(page, `hostile-${window.join('-')}`);
  });

  it.each(WINDOWS)('page: in a file, shown in %i × %i, %s, too', async (...window) => {
    const io = { note: () => undefined } as unknown as Io;
    const markup = renderRunPage(await readRunPage(io, live.baton.run('hostile'), live.session, undefined));
    expect(markup.length).toBeLessThan(MOST_CHARACTERS);
    const file = join(folder, 'page.html');
    await writeFile(file, markup);
    const { page, complaints } = await open(pathToFileURL(file).href, window);
    expect(await visitAll(page, 4)).toContain('</script></pre><img src=x onerror=');
    expect(complaints).toEqual([]);
  });
});
