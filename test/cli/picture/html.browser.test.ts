// The page in a real browser. Without one (BATON_CHROMIUM or /usr/bin/chromium) these tests are skipped, which says so.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderPicture, renderRunPage } from '../../../src/cli/picture/index.js';
import type { Picture } from '../../../src/domain/picture/picture.js';
import { hostile, layers, pictureOf, review, task } from './samples.js';
import { hasBrowser, inBrowser, launchBrowser } from '../../support/chromium.js';

/** A cold Chromium on a busy machine of two cores. */
const START_TIMEOUT_MS = 60_000;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smaller side of what two areas share, in pixels; 0 if they share nothing. */
function overlap(a: Area, b: Area): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, Math.min(across, down));
}

describe.skipIf(!hasBrowser)(inBrowser('the page in Chromium'), { timeout: START_TIMEOUT_MS }, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-picture-'));
    browser = await launchBrowser();
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (picture: Picture) => show(await renderPicture(picture, 'html'));

  async function show(html: string): Promise<{ page: Page; complaints: string[] }> {
    const file = join(folder, 'page.html');
    await writeFile(file, html);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(dialog.message());
      void dialog.dismiss();
    });
    const url = pathToFileURL(file).href;
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    await page.goto(url);
    return { page, complaints };
  }

  const zoomOf = async (page: Page): Promise<number> => {
    const transform = await page.locator('#view').getAttribute('transform');
    return Number(/scale\(([\d.]+)\)/.exec(transform ?? '')?.[1]);
  };
  /** The places of elements in the window. */
  const areas = (page: Page, selector: string): Promise<Area[]> =>
    page.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => element.getBoundingClientRect().toJSON())`,
    );
  const litTasks = (page: Page) => page.locator('.task.lit .id').allTextContents();

  it.each(['right', 'down'])('page: nothing covers the end of a line that leads to a box (%s)', async (direction) => {
    const waiting = { status: 'running', waits: 'waits for an answer: Go on?' } as const;
    const each = { status: 'succeeded', forEach: true } as const;
    const { page } = await open(pictureOf([task('a', [], waiting), task('b', ['a'], each), task('c', ['b'], waiting)]));
    if (direction === 'down') await page.keyboard.press('t');
    const arrows = await areas(page, '#view .arrow');
    const boxes = await areas(page, '.task .box');
    expect([arrows.length, boxes.length]).toEqual([2, 5]);
    for (const arrow of arrows) for (const box of boxes) expect(overlap(arrow, box)).toBeLessThan(2);
  });

  it('page: the button that opens a box covers no text of it', async () => {
    const picture = pictureOf([task('a', [], { status: 'succeeded', forEach: true, detail: '3 of 3 items' })]);
    const items = ['succeeded', 'succeeded', 'succeeded'] as const;
    const { page } = await show(
      renderRunPage({ picture, insides: new Map(), facts: new Map([['a', { items }]]), calls: [], critical: [] }),
    );
    const [opener] = await areas(page, '.opener');
    for (const text of await areas(page, '.task > text')) expect(overlap(opener!, text)).toBe(0);
  });

  it('page: hostile text in a plan is shown, not executed, and there are no requests', async () => {
    const { page, complaints } = await open(hostile);
    expect(await page.locator('h1').textContent()).toBe(hostile.name);
    expect(await page.locator('.task').count()).toBe(hostile.tasks.length);
    expect(await page.locator('img').count()).toBe(0);
    await page.locator('.task').first().hover();
    expect(await page.locator('#hint').textContent()).toContain('</script><img src=x');
    expect(complaints).toEqual([]);
  });

  it('page: the picture fits the window at the start, and is zoomed by wheel, buttons and keys', async () => {
    const { page, complaints } = await open(layers(10, 50));
    const box = await page.locator('#view').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 9999)).toBeLessThanOrEqual(1280);
    expect((box?.y ?? 0) + (box?.height ?? 9999)).toBeLessThanOrEqual(800);
    const fitted = await zoomOf(page);
    await page.mouse.move(640, 400);
    await page.mouse.wheel(0, -240);
    await expect.poll(() => zoomOf(page)).toBeGreaterThan(fitted);
    const wheeled = await zoomOf(page);
    await page.locator('#in').click();
    expect(await zoomOf(page)).toBeGreaterThan(wheeled);
    await page.keyboard.press('-');
    expect(await zoomOf(page)).toBeCloseTo(wheeled);
    await page.keyboard.press('0');
    expect(await zoomOf(page)).toBeCloseTo(fitted);
    expect(complaints).toEqual([]);
  });

  it('page: dragging moves the picture and selects no task', async () => {
    const { page } = await open(review);
    const before = await page.locator('#view').boundingBox();
    await page.mouse.move(200, 700);
    await page.mouse.down();
    await page.mouse.move(240, 640, { steps: 4 });
    await page.mouse.up();
    const after = await page.locator('#view').boundingBox();
    expect((after?.x ?? 0) - (before?.x ?? 0)).toBeCloseTo(40);
    expect((after?.y ?? 0) - (before?.y ?? 0)).toBeCloseTo(-60);
    expect(await litTasks(page)).toEqual([]);
  });

  it('page: a click on a task highlights its needs and dependents', async () => {
    const { page } = await open(review);
    await page.locator('.task', { hasText: 'analyze' }).click();
    expect(await litTasks(page)).toEqual(['inventory', 'analyze', 'publish']);
    expect(await page.locator('[data-line].lit').count()).toBe(2);
    await page.keyboard.press('Escape');
    expect(await litTasks(page)).toEqual([]);
  });

  it('page: tasks are found by a part of their id, and by their status', async () => {
    const { page } = await open(review);
    await page.keyboard.press('/');
    await page.keyboard.type('SIGN');
    expect(await litTasks(page)).toEqual(['signOff']);
    await page.keyboard.press('Enter');
    expect(await page.locator('.task.chosen .id').textContent()).toBe('signOff');
    await page.locator('.chip', { hasText: 'retrying' }).click();
    expect(await litTasks(page)).toEqual(['scan']);
  });

  it('page: no text is wider than its box', async () => {
    const { page } = await open(review);
    for (const box of await page.locator('.task').all()) {
      const outer = await box.locator('.box').last().boundingBox();
      for (const text of await box.locator('.id, .label').all()) {
        const inner = await text.boundingBox();
        expect((inner?.x ?? 0) + (inner?.width ?? 9999)).toBeLessThan((outer?.x ?? 0) + (outer?.width ?? 0));
      }
    }
  });

  it('page: the SVG is valid XML', async () => {
    const file = join(folder, 'picture.svg');
    await writeFile(file, await renderPicture(hostile, 'svg'));
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator('.task').count()).toBe(hostile.tasks.length);
    expect(await page.locator('parsererror').count()).toBe(0);
  });
});
