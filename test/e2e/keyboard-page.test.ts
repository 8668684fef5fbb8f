// The live page with the keyboard alone: every act can be reached, is seen and has a name, and keeps the focus when the page updates itself.
// And the rules of axe for pages that people without a mouse, or without sight, use.
// Without a browser (BATON_CHROMIUM or /usr/bin/chromium) these tests are skipped, which says so.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { hasBrowser, inBrowser, keepPicture } from '../support/chromium.js';
import { gate } from '../support/gate.js';
import { createLateAgent } from './late-agent.js';
import { useLivePages } from './live-pages.js';

/** A cold Chromium on a busy machine, and a server. */
const TIMEOUT_MS = 180_000;
/** No page has as many places that Tab reaches. */
const MANY_TABS = 60;

const slow = gate();
const late = createLateAgent();

const agents = () => [
  functionAgent({ type: 'gated', run: () => slow.opened.then(() => 1) }),
  functionAgent({ type: 'echo', run: (input) => input }),
  late.agent,
];

const plan: Plan = {
  name: 'release',
  tasks: {
    first: { approve: { title: 'Publish?', description: 'Version 2 of the report' } },
    second: { approve: { title: 'And announce it?', timeout: '3d', onTimeout: 'reject' } },
    late: { agent: 'late' },
    slow: { agent: 'gated', needs: ['first'] },
    extra: { agent: 'echo', needs: ['slow'] },
    each: { agent: 'echo', forEach: { items: [1, 2, 3] }, input: { n: '{% $item %}' } },
  },
};

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/**
 * What is wrong with a page, of the levels that keep people from using it. One rule is left out: the name of a box is to have all text in
 * the box, but that is cut and in columns. The name begins with the same id.
 */
async function violations(page: Page): Promise<string[]> {
  // The policy of the page refuses other scripts, also as an element: this way they are not one.
  const tools = await page.context().newCDPSession(page);
  await tools.send('Runtime.evaluate', { expression: axe.source });
  const { violations: found } = await page.evaluate<AxeResult>(
    'axe.run({ resultTypes: ["violations"], rules: { "label-content-name-mismatch": { enabled: false } } })',
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

describe.skipIf(!hasBrowser)(inBrowser('the live page with the keyboard'), { timeout: TIMEOUT_MS }, () => {
  const live = useLivePages(agents, TIMEOUT_MS);
  const open = async (url: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> =>
    (await live.open(url, { width: 1440, height: 900, colorScheme })).page;
  const nameOfFocus = (page: Page) =>
    page.evaluate<string>(
      "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()",
    );
  /** Tab, until what has the focus has that name; and it shows that it has the focus. */
  async function tabTo(page: Page, name: string | RegExp): Promise<void> {
    const names: string[] = [];
    for (let tabs = 0; tabs < MANY_TABS; tabs++) {
      const focused = await nameOfFocus(page);
      names.push(focused);
      if (typeof name === 'string' ? focused === name : name.test(focused)) {
        const isSeen = await page.evaluate<boolean>(
          `(() => {
            const focused = document.activeElement;
            const box = focused.querySelector('.box, .back');
            const style = getComputedStyle(box ?? focused);
            return box === null ? style.outlineStyle !== 'none' : parseFloat(style.strokeWidth) >= 3;
          })()`,
        );
        expect([focused, isSeen]).toEqual([focused, true]);
        return;
      }
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${String(name)}: ${names.join(', ')}`);
  }
  /** From the picture to a task, and into its details. */
  async function goTo(page: Page, task: string): Promise<void> {
    await page.keyboard.press('/');
    await page.keyboard.type(task);
    await page.keyboard.press('Enter');
    await tabTo(page, new RegExp(`^${task} · `));
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#details h2').innerText()).toBe(task);
  }
  const press = async (page: Page, name: string): Promise<void> => {
    await tabTo(page, name);
    await page.keyboard.press('Enter');
  };
  const state = (page: Page) => page.locator('#header .run').innerText();
  const statusOf = (page: Page, task: string) =>
    page.locator('#view > .task', { hasText: task }).first().getAttribute('aria-label');

  it('keyboard: every act of a live page is reached, has a name, and is done', async () => {
    const run = await live.baton.start(plan, { id: 'keys-1' });
    const page = await open(live.pages.pageOf(run.id));
    await expect.poll(() => statusOf(page, 'late')).toMatch(/the registry is down/);

    await press(page, 'Pause');
    await expect.poll(() => state(page)).toBe('paused');
    // The button has been replaced, and what took its place has the focus.
    await expect.poll(() => nameOfFocus(page)).toBe('Resume');
    await page.keyboard.press('Enter');
    await expect.poll(() => state(page)).not.toBe('paused');

    await goTo(page, 'first');
    await tabTo(page, 'Comment');
    await page.keyboard.type('as agreed');
    await press(page, 'Approve');
    await expect.poll(() => statusOf(page, 'first')).toMatch(/succeeded/);
    await page.keyboard.press('Escape');
    expect(await page.locator('#details').isHidden()).toBe(true);

    await goTo(page, 'late');
    await press(page, 'Retry now');
    await expect.poll(() => statusOf(page, 'late')).toMatch(/succeeded/);
    await goTo(page, 'extra');
    await press(page, 'Skip');
    await expect.poll(() => statusOf(page, 'extra')).toMatch(/skipped/);
    await goTo(page, 'each');
    await tabTo(page, /^Number of an item/);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await page.locator('#details h2').innerText()).toBe('each[1]');
    await goTo(page, 'second');
    await press(page, 'Reject');
    await expect.poll(() => statusOf(page, 'second')).toMatch(/failed/);

    const cancelled = await live.baton.start({ name: 'long', tasks: { wait: { wait: { for: '1h' } } } });
    const other = await open(live.pages.pageOf(cancelled.id));
    await press(other, 'Cancel run');
    await expect.poll(() => nameOfFocus(other)).toBe('Really cancel?');
    expect(await other.locator('#message[role=alert]').innerText()).toContain('Press the button again');
    await other.keyboard.press('Enter');
    await expect.poll(() => state(other)).toBe('cancelled');
  });

  it('keyboard: the rows of the timeline are reached, and lead to the details and back', async () => {
    const run = await live.baton.start({
      name: 'rows',
      tasks: { a: { agent: 'echo' }, b: { agent: 'echo', needs: ['a'] } },
    });
    await run.result();
    const page = await open(live.pages.pageOf(run.id));
    await tabTo(page, /^a: a: succeeded/);
    await page.keyboard.press('ArrowDown');
    expect(await nameOfFocus(page)).toMatch(/^b: b: succeeded/);
    await page.keyboard.press('Enter');
    expect(await page.locator('#details h2').innerText()).toBe('b');
    await page.keyboard.press('Escape');
    expect(await nameOfFocus(page)).toMatch(/^b · echo · succeeded/);
  });

  it.each(['light', 'dark'] as const)(
    'axe: nothing serious is wrong with a live page, its end and the list, in %s',
    async (scheme) => {
      const run = await live.baton.start({ ...plan, name: 'axe' });
      const page = await open(live.pages.pageOf(run.id), scheme);
      await expect.poll(() => statusOf(page, 'first')).toMatch(/waits for an answer/);
      await page.keyboard.press('l');
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('l');
      await goTo(page, 'first');
      expect(await violations(page)).toEqual([]);
      await keepPicture(page, `keyboard-${scheme}`);
      slow.open();
      await run.cancel();
      await expect.poll(() => state(page)).toMatch(/failed|cancelled/);
      expect(await violations(page)).toEqual([]);
      expect(await violations(await open(live.pages.url, scheme))).toEqual([]);
    },
  );
});
