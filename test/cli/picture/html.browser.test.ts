// The page in a real browser. Without one (BATON_CHROMIUM or /usr/bin/chromium) these tests are skipped, which says so.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderPicture } from '../../../src/cli/picture/index.js';
import type { Picture } from '../../../src/domain/picture/picture.js';
import { hostile, layers, review } from './samples.js';
import { hasBrowser, inBrowser, launchBrowser } from '../../support/chromium.js';

/** A cold Chromium on a busy machine of two cores. */
const START_TIMEOUT_MS = 60_000;

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

  async function open(picture: Picture): Promise<{ page: Page; complaints: string[] }> {
    const file = join(folder, 'page.html');
    await writeFile(file, await renderPicture(picture, 'html'));
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
  const litTasks = (page: Page) => page.locator('.task.lit .id').allTextContents();

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
