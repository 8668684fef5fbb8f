// What a run shows of itself in Temporal's Web UI, in a real browser. Without one (BATON_CHROMIUM or /usr/bin/chromium) these
// tests are skipped, which says so. BATON_SCREENSHOTS names a directory in which pictures of the pages are kept.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import type { RunHandle } from '../../src/client/run-handle.js';
import { type InProcess, startInProcess } from './in-process.js';
import { hasBrowser, inBrowser, launchBrowser } from '../support/chromium.js';

/** A cold Chromium on a busy machine, and a page of some megabytes. */
const PAGE_TIMEOUT_MS = 60_000;

const agents = () => [
  functionAgent({ type: 'lister', run: () => ['a.ts', 'b.ts', 'c.ts'] }),
  functionAgent({ type: 'reader', run: () => ({ lines: 12 }) }),
  functionAgent({
    type: 'flaky',
    run(_, { attempt }) {
      if (attempt < 3) throw new AgentError('the scanner is busy', { type: 'Overloaded', retryAfterMs: 1 });
      return { findings: 2 };
    },
  }),
  functionAgent({
    type: 'publisher',
    run() {
      throw new AgentError('401 | the *token* <b>has</b> expired', { type: 'AgentRefused' });
    },
  }),
  functionAgent({ type: 'unlister', run: () => null }),
];

const plan: Plan = {
  name: 'nightly-review',
  description: 'Reviews what changed, and publishes the findings',
  tasks: {
    inventory: { agent: 'lister', compensate: { agent: 'unlister' } },
    analyze: { agent: 'reader', forEach: { items: '{% $tasks.inventory.output %}' }, input: { file: '{% $item %}' } },
    scan: { agent: 'flaky', needs: ['inventory'], retry: { attempts: 4 } },
    signOff: { approve: { title: 'Publish the report?' }, needs: ['scan'] },
    publish: { agent: 'publisher', needs: ['analyze', 'signOff'] },
    notify: { agent: 'reader', needs: ['publish'] },
  },
};

describe.skipIf(!hasBrowser)(inBrowser("a run in Temporal's Web UI"), { timeout: PAGE_TIMEOUT_MS }, () => {
  let place: InProcess;
  let browser: Browser;
  let page: Page;
  let run: RunHandle;

  beforeAll(async () => {
    place = await startInProcess(agents);
    run = await place.baton.start(plan, { id: 'nightly' });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1400, height: 1800 } });
    page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  }, 2 * PAGE_TIMEOUT_MS);

  afterAll(async () => {
    await browser?.close();
    await place?.close();
  });

  async function keepPicture(name: string): Promise<void> {
    const folder = process.env['BATON_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  const open = async (tab: string): Promise<void> => {
    await page.goto(`${place.server.webUi}/namespaces/default/workflows/nightly`);
    await page
      .getByRole('tab', { name: tab })
      .or(page.getByRole('link', { name: tab }))
      .first()
      .click();
  };

  /** The Web UI draws each piece of markdown in a frame of its own, and the details of now when it is asked to. */
  async function showsInDetails(...lines: (string | RegExp)[]): Promise<void> {
    await page.getByText('Current Details').waitFor();
    await page.keyboard.press('r');
    const text = async () => {
      const frames = page.frames().filter((frame) => frame !== page.mainFrame());
      const texts = await Promise.all(frames.map((frame) => frame.locator('body').innerText()));
      return texts.join('\n').replaceAll('\u00a0', ' ');
    };
    for (const line of lines) await expect.poll(text, { timeout: PAGE_TIMEOUT_MS / 4 }).toMatch(line);
  }

  it('shows the summary, the plan, the DAG and a table of the tasks while it goes on', async () => {
    await expect.poll(async () => (await run.snapshot()).tasks['signOff']?.status, { timeout: 30_000 }).toBe('running');
    await open('User Metadata');
    await showsInDetails(
      'nightly-review · 6 tasks',
      'Reviews what changed, and publishes the findings',
      /nightly-review: waiting · .*1 running/,
      /signOff waits for an answer: Publish the report\?/,
      /✓\S* +analyze +reader · for each · 3 of 3 items/,
      /●\S* +signOff +approve: Publish the report\?/,
      /● running\s+signOff\s+approve\s+since \d\d:\d\d:\d\d UTC/,
      /✓ succeeded\s+scan\s+flaky\s+attempt 3 · /,
    );
    await keepPicture('details-running');
  });

  it('shows what failed and what was undone when it has ended', async () => {
    await run.approve('signOff');
    await run.result();
    await open('User Metadata');
    await showsInDetails(
      /nightly-review: failed · /,
      'task publish failed: AgentRefused: 401 | the *token* <b>has</b> expired',
      /↶\S* +inventory +lister · undoable/,
      /✗ failed\s+publish\s+publisher\s+\S+\s+401 \| the \*token\* <b>has<\/b> expired/,
      /↷ skipped\s+notify\s+reader\s+because of publish/,
    );
    await keepPicture('details-failed');
  });

  it('names task and agent of each call in the timeline and in the history', async () => {
    const calls = ['inventory · lister', 'analyze[2] · reader', 'scan · flaky', 'inventory:compensate · unlister'];
    for (const tab of ['Timeline', 'Event History']) {
      await open(tab);
      for (const call of calls) await page.getByText(call).first().waitFor();
      await keepPicture(tab.toLowerCase().replace(' ', '-'));
    }
  });
});
