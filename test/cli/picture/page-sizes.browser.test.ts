// The page of runs of every kind and size, in wide and narrow windows, light and dark. BATON_SCREENSHOTS names a directory in which
// pictures of the pages are kept.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderRunPage } from '../../../src/cli/picture/index.js';
import type { PageAttempt, PageCall, RunPage, TaskFacts } from '../../../src/cli/picture/html/run-page.js';
import { criticalPath } from '../../../src/domain/picture/critical-path.js';
import type { PictureTask } from '../../../src/domain/picture/picture.js';
import { lookNameOf, type LookName } from '../../../src/domain/picture/looks.js';
import type { TaskStatus } from '../../../src/domain/task-status.js';
import { hasBrowser, inBrowser, launchBrowser } from '../../support/chromium.js';
import { IS_NIGHT } from '../../support/nightly.js';
import { pictureOf, task } from './samples.js';

const START = Date.UTC(2026, 10, 27, 9);
const STATES = ['completed', 'failed', 'waiting', 'compensating', 're-planned'] as const;
type State = (typeof STATES)[number];

/** A third of the way in, the run takes the turn that its state names. */
function statusAt(state: State, place: number): Partial<PictureTask> {
  const done = { status: 'succeeded' as TaskStatus, detail: '3.4s' };
  if (state === 'completed' || place < 0.3)
    return state === 'compensating' && place < 0.1 ? { status: 'compensated', compensates: true } : done;
  const why = 'the registry answered 401: the token has expired; ask its owner for another one';
  if (place < 0.45 && state === 'waiting')
    return {
      status: 'running',
      kind: 'approve',
      label: 'Publish the report?',
      waits: 'waits for an answer: Publish the report?',
    };
  if (place < 0.45 && (state === 'failed' || state === 'compensating'))
    return { status: 'failed', detail: `attempt 3 · 1.2s · ${why}`, why };
  if (state === 're-planned') return place < 0.5 ? { status: 'running', detail: 'attempt 2' } : { status: 'pending' };
  return state === 'waiting' ? { status: 'pending' } : { status: 'skipped', detail: 'because of t3' };
}

const MARKUP = 'Overloaded: <b>try later</b>';
const firstTry = (from: number): PageAttempt => ({
  ...{ number: 1, from: from + 100, to: from + 250 },
  ...{ failure: MARKUP, isApproximate: false },
});

const KINDS = ['function', 'http', 'command', 'llm', 'queue'];

function runOf(count: number, state: State): RunPage {
  const width = Math.ceil(Math.sqrt(count) / 1.5);
  const tasks = Array.from({ length: count }, (_, index) => {
    const layer = Math.floor(index / width);
    const needs = layer === 0 ? [] : [index, index * 7 + 3].map((pick) => `t${(layer - 1) * width + (pick % width)}`);
    const more = { agentKind: KINDS[index % KINDS.length]!, ...statusAt(state, index / count) };
    const name = state === 're-planned' && index / count >= 0.5 ? 'replacement' : 'reader';
    return task(`t${index}`, [...new Set(needs)], { label: name, forEach: index === 1, ...more });
  });
  const timed = tasks.map((one, index) => {
    const began = START + 1_000 * Math.floor(index / width);
    const hasBegun = one.status !== 'pending' && one.status !== 'skipped';
    const isOpen = one.status === 'running';
    return { ...one, startedAt: hasBegun ? began : undefined, endedAt: hasBegun && !isOpen ? began + 700 : undefined };
  });
  const now = START + 1_000 * (count / width + 2);
  const calls = timed.flatMap((one): PageCall[] =>
    one.startedAt === undefined
      ? []
      : [
          {
            name: one.id,
            task: one.id,
            from: one.startedAt,
            began: one.startedAt + 400,
            to: one.endedAt,
            attempts: 2,
            look: lookNameOf(one)!,
            // Of every third, the worker noted nothing.
            ...(Number(one.id.slice(1)) % 3 === 2
              ? { unknown: 1, lastFailure: MARKUP }
              : { earlier: [firstTry(one.startedAt)] }),
          },
        ],
  );
  const items: LookName[] = Array.from({ length: 10_000 }, (_, index) => (index % 97 === 0 ? 'failed' : 'succeeded'));
  const facts = new Map<string, TaskFacts>(timed.map(({ id, startedAt, endedAt }) => [id, { startedAt, endedAt }]));
  facts.set('t1', { ...facts.get('t1'), items, itemFailures: ['0: cannot be parsed'] });
  facts.set('t0', { ...facts.get('t0'), output: { text: '</pre><script>alert(1)</script>' } });
  const isOpen = state !== 'completed' && state !== 'failed';
  const run = {
    id: 'r-1',
    startedAt: START,
    now,
    isOpen,
    page: 'http://127.0.0.1:8233/namespaces/default/workflows/r-1',
  };
  const notes = ['run r-1', ...(state === 'failed' ? ['task t2 failed: the token has expired'] : [])];
  return {
    picture: pictureOf(tasks, {
      name: 'nightly-review',
      status: isOpen ? 'running' : state,
      ...(isOpen ? { state } : {}),
      run,
      notes,
    }),
    insides: new Map([
      [
        't2',
        pictureOf([task('first', [], { status: 'succeeded' }), task('second', ['first'], { status: 'succeeded' })]),
      ],
    ]),
    facts,
    calls,
    critical: criticalPath(timed, now),
  };
}

/** A cold Chromium on a busy machine of two cores. */
const START_TIMEOUT_MS = 120_000;
const WINDOWS = [
  [1440, 900, 'light'],
  [1440, 900, 'dark'],
  [400, 800, 'light'],
  [400, 800, 'dark'],
] as const;

describe.skipIf(!hasBrowser)(inBrowser('the page of a run in Chromium'), { timeout: START_TIMEOUT_MS }, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-page-'));
    browser = await launchBrowser();
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(page: RunPage, [width, height, colorScheme]: (typeof WINDOWS)[number], options = {}) {
    const file = join(folder, 'page.html');
    await writeFile(file, renderRunPage(page, options));
    const opened = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
    const complaints: string[] = [];
    opened.on('console', (message) => complaints.push(message.text()));
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('dialog', (dialog) => {
      complaints.push(dialog.message());
      void dialog.dismiss();
    });
    await opened.goto(pathToFileURL(file).href);
    return { page: opened, complaints };
  }

  async function keep(page: Page, name: string): Promise<void> {
    const pictures = process.env['BATON_SCREENSHOTS'];
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  const isWithin = async (page: Page, selector: string): Promise<boolean> => {
    const { x, width } = (await page.locator(selector).boundingBox())!;
    const scrolls = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
    return x >= 0 && x + width <= page.viewportSize()!.width + 0.5 && !scrolls;
  };
  const focused = (page: Page) => page.locator(':focus').getAttribute('data-task');

  /** The texts that are hard to read on what is behind them: below 4.5 to 1, as WCAG measures it. */
  const unreadable = (page: Page): Promise<string[]> =>
    page.evaluate<string[]>(`(() => {
      const rgb = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
      const light = (color) => {
        const [r, g, b] = rgb(color).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
      const fill = (element) => getComputedStyle(element).fill;
      const found = new Set();
      for (const task of document.querySelectorAll('#view > .task')) {
        const box = fill(task.querySelector('.box:last-of-type, polygon.box') ?? task.querySelector('.box'));
        for (const [text, behind] of [['.id', box], ['.label', box], ['.glyph', fill(task.querySelector('.mark'))]])
          for (const one of task.querySelectorAll(text))
            if (contrast(fill(one), behind) < 4.5) found.add(task.getAttribute('class') + ' ' + text);
      }
      for (const chip of document.querySelectorAll('.chip, #header .run')) {
        const { color, backgroundColor } = getComputedStyle(chip);
        if (!/, 0\\)$/.test(backgroundColor) && contrast(color, backgroundColor) < 4.5) found.add(chip.className);
      }
      return [...found];
    })()`);

  /**
   * Each number of tasks and each state, in a wide and in a narrow window; each is seen in light and in dark. In CI, runs of each size are
   * in both windows, and those of 5 and 60 tasks in each state: what a state looks like does not depend on the number of tasks.
   */
  const cases = [5, 60, 300, 2_000].flatMap((count, row) =>
    STATES.flatMap((state, column) => {
      const scheme = (row + column) % 2;
      const [wide, narrow] = [[count, state, WINDOWS[scheme]!] as const, [count, state, WINDOWS[3 - scheme]!] as const];
      if (IS_NIGHT || count < 300) return [wide, narrow];
      return { failed: [wide], compensating: [narrow] }[state as string] ?? [];
    }),
  );

  it.each(cases)(
    'page: %i tasks, %s, in a window of %j: everything is within it, and a task says why on a click',
    async (count, state, window) => {
      const { page, complaints } = await open(runOf(count, state), window);
      expect(await page.locator('#view > .task').count()).toBe(count);
      for (const part of ['#header', '.facts', '.tools', '#timeline'])
        expect([part, await isWithin(page, part)]).toEqual([part, true]);
      const name = `${count}-${state}-${window.join('-')}`;
      await keep(page, name);
      // Zoomed in: a picture that is far away has the colours of its statuses only.
      await page.evaluate<void>("document.querySelector('svg.picture').classList.remove('far')");
      expect(await unreadable(page)).toEqual([]);
      const other = window[2] === 'light' ? 'dark' : 'light';
      await page.emulateMedia({ colorScheme: other });
      expect(await unreadable(page)).toEqual([]);
      await keep(page, `${count}-${state}-${window[0]}-${window[1]}-${other}-too`);
      await page.emulateMedia({ colorScheme: window[2] });
      const isFailed = state === 'failed' || state === 'compensating';
      const chosen = isFailed ? '.task.s-failed' : state === 'waiting' ? '.task.s-waiting' : '[data-task="0"]';
      await page.locator(chosen).first().focus();
      await page.keyboard.press('Enter');
      const expected = isFailed
        ? 'the registry answered 401: the token has expired; ask its owner for another one'
        : state === 'waiting'
          ? 'waits for an answer: Publish the report?'
          : '</pre><script>alert(1)</script>';
      expect(await page.locator('#details').innerText()).toContain(expected);
      expect(await isWithin(page, '#details')).toBe(true);
      await keep(page, `${name}-details`);
      await page.close();
      expect(complaints).toEqual([]);
    },
  );

  it('page: a narrow window shows the picture from top to bottom, a wide one from left to right', async () => {
    const lie = async (page: Page) => {
      const boxes = await Promise.all([0, 4].map((index) => page.locator(`[data-task="${index}"]`).boundingBox()));
      return Math.abs(boxes[1]!.x - boxes[0]!.x) > Math.abs(boxes[1]!.y - boxes[0]!.y);
    };
    const wide = await open(runOf(5, 'completed'), WINDOWS[0]);
    expect(await lie(wide.page)).toBe(true);
    await wide.page.keyboard.press('t');
    expect(await lie(wide.page)).toBe(false);
    const narrow = await open(runOf(5, 'completed'), WINDOWS[2]);
    expect(await lie(narrow.page)).toBe(false);
  });

  it.each(['right', 'down'])('page: drawn %s, a box that is open covers no other box', async (direction) => {
    const { page, complaints } = await open(runOf(60, 'completed'), WINDOWS[0], { expand: true });
    if (direction === 'down') await page.keyboard.press('t');
    expect(await page.locator('.inside.open').count()).toBe(1);
    expect(await page.locator('.grid').count()).toBe(1);
    const boxes = await Promise.all(
      (await page.locator('#view > .task').all()).map((box) => box.locator('> .box').last().boundingBox()),
    );
    const meet = (from: number, size: number, other: number, otherSize: number) =>
      from < other + otherSize && other < from + size;
    const overlaps = boxes.flatMap((one, i) =>
      boxes
        .slice(i + 1)
        .filter(
          (other) =>
            meet(one!.x, one!.width, other!.x, other!.width) && meet(one!.y, one!.height, other!.y, other!.height),
        ),
    );
    expect(overlaps).toEqual([]);
    const [parent, inner] = await Promise.all(
      ['[data-task="2"] > .box', '.inside.open'].map((one) => page.locator(one).last().boundingBox()),
    );
    expect(inner!.x).toBeGreaterThan(parent!.x);
    expect(inner!.x + inner!.width).toBeLessThan(parent!.x + parent!.width);
    expect(inner!.y + inner!.height).toBeLessThan(parent!.y + parent!.height);
    expect(complaints).toEqual([]);
    await keep(page, `open-${direction}`);
  });

  it('page: the squares of 10,000 items open by a click, and one names its item', async () => {
    const { page } = await open(runOf(5, 'completed'), WINDOWS[0]);
    await page.locator('[data-task="1"] .opener').click();
    const grid = page.locator('[data-task="1"] .grid');
    await grid.waitFor();
    expect(await grid.locator('path').count()).toBe(2);
    await page.keyboard.press('0');
    const box = (await grid.boundingBox())!;
    await page.mouse.click(box.x + 1, box.y + 1);
    expect(await page.locator('#details h2').innerText()).toBe('t1[0]');
    expect(await page.locator('#details dd').innerText()).toBe('failed');
    await page.locator('[data-task="1"] .opener').click();
    await expect.poll(() => grid.count()).toBe(0);
  });

  it('page: the keyboard reaches every task along the lines, and each has an accessible name', async () => {
    const { page } = await open(runOf(5, 'failed'), WINDOWS[0]);
    await page.locator('[data-task="0"]').focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('2');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowDown');
    expect(await focused(page)).toBe('1');
    await page.keyboard.press(' ');
    expect(await page.locator('[data-task="1"]').getAttribute('aria-expanded')).toBe('true');
    for (const one of await page.locator('[role=button][data-task], button:visible, input').all())
      expect((await one.getAttribute('aria-label')) ?? (await one.textContent())).toMatch(/\S/);
    expect(await page.getByRole('button', { name: /^t2 · reader · failed/ }).count()).toBe(1);
  });

  it('page: the critical path is highlighted on request, and a row of the timeline leads to its task', async () => {
    const { page } = await open(runOf(60, 'completed'), WINDOWS[0]);
    await page.locator('#critical').click();
    const lit = await page.locator('.task.lit').count();
    expect(lit).toBe(await page.locator('.row.critical').count());
    expect(lit).toBeGreaterThan(2);
    await page.locator('.row').nth(3).click();
    expect(await page.locator('.task.chosen .id').innerHTML()).toBe('t3');
    expect(await page.locator('.row .open').nth(3).getAttribute('aria-label')).toMatch(
      /^t3: t3: succeeded, attempt 2, from /,
    );
  });

  it('page: each earlier attempt has a bar with a name, and one whose times are not known says so', async () => {
    const { page, complaints } = await open(runOf(5, 'completed'), WINDOWS[1]);
    const bars = page.locator('#timeline [data-attempt]');
    expect(await Promise.all((await bars.all()).map((bar) => bar.getAttribute('aria-label')))).toEqual(
      ['t0', 't1', 't3', 't4'].map((id) => `${id}: attempt 1 failed after 150ms: ${MARKUP}`),
    );
    expect(await page.getByRole('img', { name: /^t0: attempt 1 failed/ }).count()).toBe(1);
    expect(await page.locator('#timeline .bar.early').count()).toBe(1);
    expect(await page.locator('#timeline .aside').innerText()).toContain('earlier attempts, whose times are not known');
    await page.locator('[data-row="2"] .label').click();
    expect(await page.locator('#details .attempts').innerText()).toContain(
      `attempt 1: times not known; it failed: ${MARKUP}`,
    );
    await bars.first().click();
    expect(await page.locator('#details .attempts li:focus .why').innerText()).toBe(MARKUP);
    expect(complaints).toEqual([]);
  });

  it('page: the legend explains the looks and icons that occur, and no others', async () => {
    const { page } = await open(runOf(5, 'waiting'), WINDOWS[0]);
    await page.keyboard.press('l');
    const text = await page.locator('#legend').innerText();
    for (const word of ['waiting', 'succeeded', 'pending', 'http agent', 'one call for each item'])
      expect(text).toContain(word);
    expect(text).not.toContain('compensated');
    expect(await page.locator('.task.s-waiting polygon.box').count()).toBe(1);
  });
});
