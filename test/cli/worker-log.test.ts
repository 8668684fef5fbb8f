// The log of `baton worker` as JSON: each line that is about a run says which run, and of which plan.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, spawn, write } = place;

const CONFIG = `
export default {
  telemetry: { logs: { level: 'debug', format: 'json' } },
  agents: [{
    type: 'flaky', kind: 'function', retry: { initial: '1ms' },
    run: (_input, { attempt, log }) => {
      log.info('here');
      if (attempt === 1) throw new Error('not yet');
      return 1;
    },
  }],
};
`;
const PLAN = { name: 'shop', tasks: { scan: { agent: 'flaky' } } };

beforeAll(async () => {
  await rm(join(place.directory, 'baton.config.yaml'));
  await write('baton.config.js', CONFIG);
  await write('shop.json', PLAN);
});

interface Line {
  readonly msg: string;
  readonly level: string;
  readonly time: string;
  readonly run?: string;
  readonly workflowId?: string;
  readonly [field: string]: unknown;
}

test('worker log: lines of Workflow code, of the SDK and of agents name the run, its plan and its correlation id', async () => {
  const worker = spawn('worker');
  await worker.waitForLine('worker ready');
  const run = await baton('run', 'shop.json', '--id', 'order-17', '--correlation-id', 'order-42', '--json');
  expect(run.exitCode, run.stderr).toBe(0);
  worker.signal('SIGTERM');
  const { stderr } = await worker.ended;
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
  const ofRun = lines.filter(({ run: id, workflowId }) => id === 'order-17' || workflowId === 'order-17');
  const named = (msg: string) => ofRun.filter((line) => line.msg === msg);
  for (const msg of ['here', 'Activity failed', 'Activity completed', 'Workflow completed'])
    expect(named(msg).length, msg).toBeGreaterThan(0);
  const call = { run: 'order-17', plan: 'shop', task: 'scan', agent: 'flaky', correlation_id: 'order-42' };
  expect(named('Activity failed')[0]).toMatchObject({ ...call, attempt: 1 });
  expect(named('here').map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(named('Workflow completed')[0]).toMatchObject({ run: 'order-17', plan: 'shop', correlation_id: 'order-42' });
  // The SDK writes these before it gives the input to anything.
  const begins = ['Workflow started', 'Activity started'];
  const without = ofRun.filter(({ plan, msg }) => plan === undefined && !begins.includes(msg));
  expect(without).toEqual([]);
}, 90_000);
