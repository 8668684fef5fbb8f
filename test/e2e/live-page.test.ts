// The live page of a run in a real browser, on a real server: it updates itself, survives a lost connection, and acts.
// Without a browser (BATON_CHROMIUM or /usr/bin/chromium) these tests are skipped, which says so.
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { LOOPBACK, startPages } from '../../src/cli/pages/pages.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { hasBrowser, inBrowser } from '../support/chromium.js';
import { gate } from '../support/gate.js';
import { startProxy } from '../support/tcp-proxy.js';
import { createLateAgent } from './late-agent.js';
import { useLivePages } from './live-pages.js';

/** A cold Chromium on a busy machine, and a server. */
const TIMEOUT_MS = 120_000;

const slow = gate();
const late = createLateAgent();
const MARKUP = '<img src=x onerror="alert(1)"></pre><script>alert(2)</script>';

const agents = () => [
  functionAgent({ type: 'large', run: () => ({ text: MARKUP.repeat(Math.ceil(1_800_000 / MARKUP.length)) }) }),
  functionAgent({ type: 'gated', run: () => slow.opened.then(() => 1) }),
  functionAgent({ type: 'echo', run: (input) => input }),
  late.agent,
];

const plan: Plan = {
  name: 'release',
  tasks: {
    report: { agent: 'large', input: { password: 'hunter2', scope: MARKUP } },
    signOff: { approve: { title: MARKUP }, needs: ['report'] },
    slow: { agent: 'gated', needs: ['signOff'] },
    extra: { agent: 'echo', needs: ['slow'] },
    inner: {
      plan: { name: 'inside', tasks: { first: { agent: 'echo' }, second: { agent: 'echo', needs: ['first'] } } },
    },
  },
};

describe.skipIf(!hasBrowser)(inBrowser('the live page of a run'), { timeout: TIMEOUT_MS }, () => {
  const live = useLivePages(agents, TIMEOUT_MS);
  const { open } = live;
  const look = (page: Page, index: number) => page.locator(`[data-task="${index}"]`).getAttribute('class');

  it('page: it updates itself, loses nothing while it is away, acts on the run, and shows its end', async () => {
    const run = await live.baton.start(plan, { id: 'release-1' });
    const url = new URL(live.pages.pageOf(run.id));
    const network = await startProxy(Number(url.port));
    onTestFinished(network.close);
    url.port = String(network.port);
    const { page, complaints } = await open(url.href);
    await expect.poll(() => look(page, 1)).toContain('s-waiting');
    expect(await page.locator('#connection').innerText()).toBe('● live');

    // The output is large and full of markup: it is cut, and stays text.
    await page.locator('[data-task="0"]').click();
    await expect.poll(() => page.locator('#details .values').innerText()).toContain('characters in all');
    const values = await page.locator('#details .values').innerText();
    expect(values).toContain('</pre><script>alert(2)</script>');
    expect(values).not.toContain('hunter2');
    expect(await page.locator('img').count()).toBe(0);

    // The connection is lost meanwhile: an answer comes from elsewhere.
    network.cut();
    await expect.poll(() => page.locator('#connection').innerText()).toBe('○ not connected; trying again');
    await run.approve('signOff');
    await expect.poll(async () => (await run.snapshot()).tasks['slow']?.status).toBe('running');
    expect(await look(page, 1)).toContain('s-waiting');
    network.mend();
    await expect.poll(() => look(page, 2)).toContain('s-running');
    expect(await look(page, 1)).toContain('s-succeeded');

    await page.locator('[data-task="3"]').click();
    await page.getByRole('button', { name: 'Skip', exact: true }).click();
    await expect.poll(() => look(page, 3)).toContain('s-skipped');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect.poll(() => page.locator('#header .run').innerText()).toBe('paused');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await expect.poll(() => page.locator('#header .run').innerText()).toBe('running');

    slow.open();
    await run.result();
    await expect.poll(() => page.locator('#header .run').innerText()).toBe('completed');
    expect(await page.locator('#header .acts button').count()).toBe(0);
    expect(await page.locator('.facts').innerText()).toMatch(/took [\s\S]*ended /);
    await page.locator('[data-task="4"] .opener').click();
    expect(await page.locator('.inside.open .task').count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  it('page: an approval is answered in the page, and what the run refuses is shown there', async () => {
    const run = await live.baton.start({
      name: 'ask',
      tasks: { ok: { approve: { title: 'Publish?' } }, other: { agent: 'echo', needs: ['ok'] } },
    });
    const [{ page }, { page: second }] = [await open(live.pages.pageOf(run.id)), await open(live.pages.pageOf(run.id))];
    for (const one of [page, second]) {
      await expect.poll(() => look(one, 0)).toContain('s-waiting');
      await one.locator('[data-task="0"]').click();
    }
    await second.evaluate<void>(
      "window.fetch = ((f) => (u, o) => f(u, o && { ...o, body: o.body.replace('ok', 'nope') }))(window.fetch)",
    );
    await second.getByRole('button', { name: 'Approve', exact: true }).click();
    await expect.poll(() => second.locator('#message.bad').innerText()).toMatch(/nope/);
    await page.getByLabel('Comment').fill('not this week');
    await page.getByRole('button', { name: 'Reject', exact: true }).click();
    await expect.poll(() => second.locator('#header .run').innerText()).toBe('failed');
    expect((await run.result()).tasks['ok']?.failure?.message).toContain('not this week');
  });

  it('page: the task that is chosen stays highlighted when the end of the run draws the whole picture again', async () => {
    const run = await live.baton.start({ name: 'go', tasks: { ok: { approve: { title: 'Go?' } } } });
    const { page } = await open(live.pages.pageOf(run.id));
    await expect.poll(() => look(page, 0)).toContain('s-waiting');
    await page.locator('[data-task="0"]').click();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await expect.poll(() => page.locator('#header .run').innerText()).toBe('completed');
    expect(await look(page, 0)).toMatch(/\blit\b.*\bchosen\b/);
  });

  it('page: a task that waits an hour for its next attempt is tried immediately by the button "Retry now"', async () => {
    const run = await live.baton.start({ name: 'retried', tasks: { publish: { agent: 'late' } } });
    const { page, complaints } = await open(live.pages.pageOf(run.id));
    await expect.poll(() => look(page, 0)).toContain('s-retrying');
    await page.locator('[data-task="0"]').click();
    expect(await page.locator('#details').innerText()).toContain('the registry is down');
    await page.getByRole('button', { name: 'Retry now', exact: true }).click();
    await expect.poll(() => page.locator('#header .run').innerText()).toBe('completed');
    expect((await run.result()).tasks['publish']).toMatchObject({ status: 'succeeded', output: 'published' });
    expect(late.calls()).toBe(2);
    expect(complaints).toEqual([]);
  });

  it('page: a run is cancelled by the second click on its button', async () => {
    const run = await live.baton.start({ name: 'long', tasks: { wait: { wait: { for: '1h' } } } });
    const { page } = await open(live.pages.pageOf(run.id));
    await page.getByRole('button', { name: 'Cancel run' }).click();
    expect((await run.snapshot()).status).toBe('running');
    // An update of the page between the two clicks does not count as a refusal.
    await run.pause();
    await expect.poll(() => page.locator('#header .run').innerText()).toBe('paused');
    await page.getByRole('button', { name: 'Really cancel?' }).click();
    await expect.poll(() => page.locator('#header .run').innerText()).toBe('cancelled');
  });

  it('page: the list has all runs, and leads to each', async () => {
    const { page, complaints } = await open(live.pages.url);
    await page.getByRole('link', { name: 'release-1' }).click();
    expect(await page.locator('h1').innerText()).toBe('release');
    await page.getByRole('link', { name: 'All runs' }).click();
    expect(await page.locator('tbody tr').count()).toBeGreaterThanOrEqual(3);
    expect(complaints).toEqual([]);
  });

  it('page: an address for one run leads to no other run, and to no list', async () => {
    const own = await startPages(live.session, { config: undefined, listen: LOOPBACK, only: 'release-1' });
    onTestFinished(own.close);
    expect(await (await fetch(own.pageOf('other'))).text()).toBe('this address is for run release-1 only\n');
    expect((await fetch(own.url)).status).toBe(404);
    expect((await fetch(own.pageOf('release-1/inner'))).status).toBe(200);
  });

  it('page: an id that no run has is an error of one line', async () => {
    const response = await fetch(live.pages.pageOf('nothing'));
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringMatching(/^there is no run "nothing".*\n$/),
    ]);
  });
});
