// Every attempt of a call on the page of its run: live, while the run is in progress, and in a file. The agents are programs that fail.
// Without a browser (BATON_CHROMIUM or /usr/bin/chromium) these tests are skipped, which says so.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCliDirectory } from '../support/baton.js';
import { hasBrowser, inBrowser, keepPicture, launchBrowser } from '../support/chromium.js';

/** Fails as often as its first argument says, then answers; the second names a file that it waits for before it answers. */
const PROGRAM = `
n=$(cat "$3" 2>/dev/null || echo 0); echo $((n + 1)) > "$3"
if [ "$n" -lt "$1" ]; then echo "try $((n + 1)): <b>the registry</b> is down" >&2; exit 1; fi
while [ -n "$2" ] && [ ! -e "$2" ]; do sleep 0.1; done
echo '"published"'
`;

const CONFIG = `agents:
  - { type: twice, kind: command, command: [sh, tries.sh, '2', '', twice.n], retry: { attempts: 5, initial: 300ms, factor: 1 } }
  - { type: held, kind: command, command: [sh, tries.sh, '1', go, held.n], retry: { attempts: 5, initial: 100ms } }
  - { type: never, kind: command, command: [sh, tries.sh, '9', '', never.n], retry: { attempts: 2, initial: 100ms } }
`;

describe.skipIf(!hasBrowser)(inBrowser('the attempts of a call on a page'), () => {
  const cli = useCliDirectory();
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
    await cli.write('tries.sh', PROGRAM);
    await cli.write('tries.yaml', CONFIG);
    const tasks = { twice: { agent: 'twice' }, held: { agent: 'held' }, never: { agent: 'never', needs: ['held'] } };
    await cli.write('plan.json', { name: 'tries', tasks });
  });
  afterAll(() => browser?.close());

  const open = async (url: string, viewport = { width: 1440, height: 900 }): Promise<Page> => {
    const page = await browser.newPage({ viewport });
    await page.goto(url);
    return page;
  };
  /** The names of the bars of earlier attempts, with the times cut. */
  const names = async (page: Page): Promise<string[]> => {
    const bars = page.locator('#timeline [data-attempt]');
    const all = await Promise.all((await bars.all()).map((bar) => bar.getAttribute('aria-label')));
    return all.map((name) => name!.replace(/after [\d.]+m?s/, 'after …')).sort();
  };
  const failed = (call: string, number: number) =>
    `${call}: attempt ${number} failed after …: AgentFailed: "sh" exited with 1: try ${number}: <b>the registry</b> is down`;

  it('page: each attempt has a bar with its failure, while the run is in progress and in a file without kept logs', async () => {
    const run = cli.spawn('run', 'plan.json', '--id', 'tries', '--open', '--config', 'tries.yaml');
    const address = /http:\S+/.exec(await run.waitForLine('page: '))![0];
    const page = await open(address);
    const both = [failed('held', 1), failed('twice', 1), failed('twice', 2)];
    await expect.poll(() => names(page)).toEqual(both);
    // The attempt at work begins where the server says, not where the call began.
    await expect
      .poll(() => page.locator('[data-row]', { hasText: 'held' }).locator('.bar.last').getAttribute('class'))
      .toBe('bar last c-running');
    await keepPicture(page, 'attempts-live');
    await page.locator('[data-call="twice"][data-attempt="2"]').click();
    expect(await page.locator('#details h2').innerText()).toBe('twice');
    expect(await page.locator('#details .attempts li:focus').innerText()).toMatch(
      /^failed, from 20\S+ \S+ UTC for \S+\n+AgentFailed: "sh" exited with 1: try 2: <b>the registry<\/b> is down$/,
    );
    expect(await page.locator('#details .attempts li').count()).toBe(3);

    await cli.write('go', '');
    expect((await run.ended).exitCode).toBe(1);
    const all = [failed('held', 1), failed('never', 1), failed('twice', 1), failed('twice', 2)];
    await expect.poll(() => names(page)).toEqual(all);

    await rm(join(cli.directory, '.baton', 'logs'), { recursive: true });
    await cli.baton('graph', 'tries', '--format', 'html', '-o', 'page.html', '--config', 'tries.yaml');
    const file = pathToFileURL(join(cli.directory, 'page.html')).href;
    const kept = await open(file);
    expect(await names(kept)).toEqual(all);
    expect(await kept.locator('#timeline .bar.pause').count()).toBeGreaterThanOrEqual(3);
    expect(await kept.locator('#timeline .bar.early').count()).toBe(0);
    await keepPicture(kept, 'attempts-file');
    const narrow = await open(file, { width: 400, height: 800 });
    await narrow.locator('#timeline button').click();
    expect(await names(narrow)).toEqual(all);
    await keepPicture(narrow, 'attempts-narrow');
  });
});
