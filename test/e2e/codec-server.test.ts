// The codec server with the programs that it is for: Temporal's command line, and the Web UI in a real browser. BATON_SCREENSHOTS names
// a directory in which a picture of the page is kept.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { createCodecServer } from '../../src/values/codec-server.js';
import { hasBrowser, inBrowser, launchBrowser } from '../support/chromium.js';
import { startInProcess, type InProcess } from './in-process.js';

const TOKEN = 'a-token-of-the-test';
const OUTPUT = 'the-secret-output';
const PAGE_TIMEOUT_MS = 60_000;

describe('the codec server', { timeout: 2 * PAGE_TIMEOUT_MS }, () => {
  let place: InProcess;
  let codec: Server;
  let url: string;

  beforeAll(async () => {
    process.env['BATON_TEST_KEY'] = Buffer.alloc(32, 'k').toString('base64');
    place = await startInProcess(() => [functionAgent({ type: 'answer', run: () => OUTPUT })], {
      encryption: { keys: [{ id: 'test', key: { env: 'BATON_TEST_KEY' } }] },
    });
    const run = await place.baton.start({ name: 'short', tasks: { one: { agent: 'answer' } } }, { id: 'short' });
    await run.result();
    codec = createCodecServer({
      dataConverter: place.baton.client.options.loadedDataConverter,
      token: TOKEN,
      origins: [place.server.webUi!],
    });
    codec.listen(0, '127.0.0.1');
    await once(codec, 'listening');
    url = `http://127.0.0.1:${(codec.address() as AddressInfo).port}`;
  }, 2 * PAGE_TIMEOUT_MS);

  afterAll(async () => {
    codec?.close();
    codec?.closeAllConnections();
    await place?.close();
  });

  /** What the payloads contain that Temporal's command line prints. */
  async function show(...args: string[]): Promise<string> {
    const { stdout } = await execa(inject('temporalBinary'), [
      ...['workflow', 'show', '--workflow-id', 'short', '--output', 'json', '--address', place.server.address],
      ...args,
    ]);
    const data = [...stdout.matchAll(/"data": "(?<data>[^"]+)"/g)].map(({ groups }) => groups!['data']!);
    return data.map((text) => Buffer.from(text, 'base64').toString('latin1')).join('\n');
  }

  it('shows the values of a run on the command line of Temporal', async () => {
    expect(await show()).not.toContain(OUTPUT);
    expect(await show('--codec-endpoint', url, '--codec-auth', `Bearer ${TOKEN}`)).toContain(OUTPUT);
  });

  it.skipIf(!hasBrowser)(
    inBrowser('shows the values of a run in the Web UI, after a login with the token'),
    async () => {
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage({ viewport: { width: 1400, height: 1400 } });
        page.setDefaultTimeout(PAGE_TIMEOUT_MS);
        await page.goto(`${url}/login`);
        await page.getByLabel('Token').fill(TOKEN);
        await page.getByRole('button', { name: 'Log in' }).click();
        await page.getByText('This browser may read values now').waitFor();
        // The settings that the dialog "Codec Server" of the Web UI keeps.
        const settings = { endpoint: url, includeCredentials: true, overrideRemoteCodecConfiguration: true };
        const lines = Object.entries(settings).map(
          ([name, value]) => `localStorage.setItem(${JSON.stringify(name)}, ${JSON.stringify(JSON.stringify(value))})`,
        );
        await page.addInitScript({ content: lines.join(';') });
        await page.goto(`${place.server.webUi}/namespaces/default/workflows/short`);
        await page.getByText(OUTPUT).first().waitFor();
        const folder = process.env['BATON_SCREENSHOTS'];
        if (folder !== undefined) await page.screenshot({ path: join(folder, 'codec-server.png'), fullPage: true });
      } finally {
        await browser.close();
      }
    },
  );
});
