// Pages of large runs in a real browser, live and after the end: nothing that they send, draw or keep grows with the run more than it must.
// 1,000 items and 300 tasks; with BATON_NIGHTLY 10,000 items and 2,000 tasks.
// Without a browser (BATON_CHROMIUM or /usr/bin/chromium) these tests are skipped, which says so.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCliDirectory, type Running } from '../support/baton.js';
import { hasBrowser, inBrowser, keepPicture, launchBrowser } from '../support/chromium.js';
import { atNight } from '../support/nightly.js';

const ITEMS = atNight(10_000, 1_000);
const TASKS = atNight(2_000, 300);
const WIDTH = 40;
/** The large ones take minutes on a busy machine. */
const TIMEOUT_MS = atNight(1_200_000, 240_000);
const POLL = { timeout: TIMEOUT_MS / 2, interval: 250 };

/** Of a process that serves a page: an idle one has about 120 MB. */
const MOST_MEMORY_MB = 700;

const index = JSON.stringify(fileURLToPath(new URL('../../dist/index.js', import.meta.url)));
const CONFIG = `import { defineConfig, functionAgent } from ${index};
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
export const work = functionAgent({
  type: 'work',
  run(input) {
    if (input.n % 97 === 0 && input.item) throw new Error('the item is broken');
    return input;
  },
});
export const held = functionAgent({
  type: 'held',
  run: async (input) => {
    while (!existsSync(input.until)) await pause(50);
    return 1;
  },
});
export default defineConfig({ agents: [work, held] });
`;

const items = {
  name: 'items',
  tasks: {
    each: {
      agent: 'work',
      retry: { attempts: 1 },
      forEach: { items: `{% [0..${ITEMS - 1}] %}`, concurrency: 200, tolerate: '10%' },
      input: { n: '{% $item %}', item: true },
    },
    held: { agent: 'held', needs: ['each'], input: { until: 'go-items' } },
  },
};

const layered = {
  name: 'layers',
  tasks: {
    ...Object.fromEntries(
      Array.from({ length: TASKS }, (_, i) => {
        const above = (pick: number) => `t${(Math.floor(i / WIDTH) - 1) * WIDTH + (pick % WIDTH)}`;
        return [
          `t${i}`,
          { agent: 'work', input: { n: i }, needs: i < WIDTH ? [] : [...new Set([above(i), above(i * 7 + 3)])] },
        ];
      }),
    ),
    held: { agent: 'held', needs: [`t${TASKS - 1}`], input: { until: 'go-layers' } },
  },
};

/** What a page has received: the page itself, and its updates, in characters. */
interface Received {
  page: number;
  most: number;
}

async function mostMemoryMb(pid: number): Promise<number> {
  if (!existsSync(`/proc/${pid}/status`)) return 0;
  return Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024;
}

describe.skipIf(!hasBrowser)(inBrowser('pages of large runs'), { timeout: TIMEOUT_MS }, () => {
  const cli = useCliDirectory();
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
    await cli.write('baton.large.js', CONFIG);
    await cli.write('items.json', items);
    await cli.write('layers.json', layered);
  });
  afterAll(() => browser?.close());

  async function open(url: string): Promise<{ page: Page; received: Received; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    const received: Received = { page: 0, most: 0 };
    const tools = await page.context().newCDPSession(page);
    await tools.send('Network.enable');
    tools.on('Network.eventSourceMessageReceived', ({ data }) => {
      received.most = Math.max(received.most, data.length);
    });
    const response = await page.goto(url, { timeout: TIMEOUT_MS });
    received.page = (await response!.text()).length;
    return { page, received, complaints };
  }

  /** Starts a run, and serves its page from a process of its own. */
  async function serve(id: string): Promise<{ run: Running; watch: Running; url: string }> {
    const run = cli.spawn('run', `${id}.json`, '--id', id, '--config', 'baton.large.js', '--quiet');
    await expect.poll(async () => (await cli.baton('status', id, '--json')).exitCode, POLL).toBe(0);
    const watch = cli.spawn('graph', id, '--watch');
    return { run, watch, url: await watch.waitForOutput('http:') };
  }
  const state = (page: Page) => page.locator('#header .run').innerText();
  const end = async ({ run, watch }: { run: Running; watch: Running }): Promise<number> => {
    await run.ended;
    const memory = await mostMemoryMb(watch.pid);
    watch.signal('SIGTERM');
    await watch.ended;
    return memory;
  };

  it(`page: a forEach with ${ITEMS} items is followed by three browsers, of which one leaves and returns`, async () => {
    const served = await serve('items');
    const { url } = served;
    const [first, second, third] = await Promise.all([open(url), open(url), open(url)]);
    await first.page.locator('[data-task="0"] .opener').click({ timeout: TIMEOUT_MS });
    await third.page.close();
    await expect.poll(() => first.page.locator('.task.s-running .id').allTextContents(), POLL).toEqual(['held']);
    const returned = await open(url);
    const failed = Math.ceil(ITEMS / 97);
    for (const { page } of [first, second, returned])
      await expect
        .poll(() => page.locator('[data-task="0"]').getAttribute('aria-label'), POLL)
        .toContain(`${ITEMS - failed} of ${ITEMS} items, ${failed} failed`);
    // Two looks of items, whatever their number.
    expect(await first.page.locator('.grid path').count()).toBe(2);
    expect(await first.page.locator('*').count()).toBeLessThan(400);
    await cli.write('go-items', '');
    for (const { page } of [first, second, returned]) await expect.poll(() => state(page), POLL).toBe('completed');

    await first.page.keyboard.press('0');
    const box = (await first.page.locator('.grid').boundingBox())!;
    await first.page.mouse.click(box.x + 1, box.y + 1);
    expect(await first.page.locator('#details h2').innerText()).toBe('each[0]');
    await expect.poll(() => first.page.locator('#details .values').innerText()).toContain('the item is broken');
    await keepPicture(first.page, 'large-items');
    expect([...first.complaints, ...second.complaints, ...returned.complaints]).toEqual([]);
    expect(first.received.most).toBeLessThan(20_000 + 2 * ITEMS);
    expect(returned.received.page).toBeLessThan(120_000 + 2 * ITEMS);
    expect(await end(served)).toBeLessThan(MOST_MEMORY_MB);
  });

  it(`page: a run of ${TASKS} tasks is followed, searched and turned`, async () => {
    const served = await serve('layers');
    const { page, received, complaints } = await open(served.url);
    await expect.poll(() => page.locator('.task.s-running .id').allTextContents(), POLL).toEqual(['held']);
    expect(await page.locator('#view > .task').count()).toBe(TASKS + 1);
    await page.keyboard.press('t');
    await page.keyboard.press('/');
    await page.keyboard.type(`t${TASKS - 1}`);
    await page.keyboard.press('Enter');
    expect(await page.locator('.task.chosen .id').textContent()).toBe(`t${TASKS - 1}`);
    await keepPicture(page, 'large-layers');
    await cli.write('go-layers', '');
    await expect.poll(() => state(page), POLL).toBe('completed');
    expect(complaints).toEqual([]);
    expect(received.page).toBeLessThan(100_000 + 2_500 * TASKS);
    expect(received.most).toBeLessThan(50_000 + 2_000 * TASKS);
    expect(await end(served)).toBeLessThan(MOST_MEMORY_MB);
  });
});
