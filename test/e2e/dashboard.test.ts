// Every query of the dashboard against a real Prometheus, which scrapes a worker with a gateway while it works.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ROWS } from '../../deploy/grafana/queries.js';
import { prometheus } from '../../scripts/systems/prometheus.js';
import { start, stop } from '../../scripts/systems/lifecycle.js';
import { connect } from '../../src/index.js';
import { freePort } from '../../src/system/ports.js';
import { makeCliDirectory } from '../support/baton.js';
import { buildCli, DIST } from '../support/built-cli.js';
import { hasProgram } from '../support/programs.js';

const QUERIES = ROWS.flatMap(({ panels }) => panels).flatMap(({ title, queries }) =>
  queries.map(({ expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '20s') })),
);

const CONFIG = `
import { defineConfig, functionAgent } from ${JSON.stringify(join(DIST, 'index.js'))};
const fail = () => { throw new Error('down'); };
export default defineConfig({
  agents: [
    functionAgent({ type: 'ok', run: (_input, { usage }) => { usage({ tokens: 5, usd: 0.01 }); return 1; } }),
    functionAgent({ type: 'broken', run: fail }),
    functionAgent({
      type: 'fragile',
      breaker: { window: { count: 10 }, minCalls: 2, failureRate: 50, openFor: '5m' },
      run: fail,
    }),
    functionAgent({ type: 'scarce', capacity: 1, run: () => new Promise((resolve) => setTimeout(resolve, 50, 1)) }),
  ],
  brokers: [{ name: 'inner', kind: 'temporal' }],
  subscriptions: [{ name: 'orders', from: { broker: 'inner', topic: 'orders' }, start: { plan: './plan.json' } }],
});
`;

const ONCE = { attempts: 1 };
const PLAN = {
  name: 'mixed',
  tasks: {
    ok: { agent: 'ok', input: { n: '{% 1 + 1 %}' }, compensate: { agent: 'broken', retry: ONCE } },
    scarce: { agent: 'scarce', forEach: { items: '{% [1, 2] %}' } },
    fragile: { agent: 'fragile', retry: ONCE, fallback: { agent: 'ok' } },
    broken: { agent: 'broken', retry: ONCE, needs: ['ok', 'scarce', 'fragile'] },
  },
};

/** A run that does not end, so that there is always an active one. */
const LONG = { name: 'long', tasks: { wait: { wait: { for: '1h' } } } };

/** Rates need two scrapes, and the breaker two failures. */
const DATA = { timeout: 90_000, interval: 1_000 };

const Answer = z.object({ status: z.literal('success'), data: z.object({ result: z.array(z.unknown()) }) });

describe.skipIf(!hasProgram('prometheus'))('the dashboard', { timeout: 240_000 }, () => {
  beforeAll(buildCli);

  test('each of its queries returns data while a worker is under load', async () => {
    const place = await makeCliDirectory();
    onTestFinished(place.remove);
    await place.write('operated.config.mjs', CONFIG);
    await place.write('plan.json', PLAN);
    const port = await freePort();
    const at = ['--config', 'operated.config.mjs', '--listen', `127.0.0.1:${port}`];
    const [server, ui] = [await freePort(), await freePort()];
    const worker = place.spawn('dev', ...at, '--port', String(server), '--ui-port', String(ui));
    await worker.waitForLine('worker ready');

    const directory = await mkdtemp(join(tmpdir(), 'baton-prometheus-'));
    const running = await start(prometheus, directory);
    onTestFinished(async () => {
      await stop(running);
      await rm(directory, { recursive: true, force: true });
    });
    await writeFile(join(directory, 'targets', 'worker.json'), JSON.stringify([{ targets: [`127.0.0.1:${port}`] }]));

    const baton = await connect({ address: `127.0.0.1:${server}` });
    onTestFinished(() => baton.close());
    await baton.start(LONG);
    let isOver = false;
    const load = async (): Promise<void> => {
      while (!isOver) await (await baton.start(PLAN)).result();
    };
    // The last runs end with their client.
    for (let index = 0; index < 2; index++) void load().catch(() => undefined);
    onTestFinished(() => void (isOver = true));
    const query = async (expr: string): Promise<readonly unknown[]> => {
      const response = await fetch(`${running.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
      return Answer.parse(await response.json()).data.result;
    };
    const withoutData = async (): Promise<string[]> => {
      const results = await Promise.all(QUERIES.map(async (one) => ({ ...one, data: await query(one.expr) })));
      return results.filter(({ data }) => data.length === 0).map(({ title, expr }) => `${title}: ${expr}`);
    };
    await expect.poll(withoutData, DATA).toEqual([]);
  });
});
