// Workers that are killed, keep no Workflow in memory, and continue the run as new: its trace is exact all the same.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { historiesOf } from '../support/histories.js';
import { startOtlpReceiver } from '../support/otlp-receiver.js';
import { childrenOf, expectKnownAttributes, named, only } from '../support/traces.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

/** Two tasks at whose work the worker is killed, among so many that the run continues as new. */
const IDS = Array.from({ length: 24 }, (_, at) => (at === 5 ? 'gate_a' : at === 15 ? 'gate_b' : `t${at}`));
const PLAN: Plan = {
  name: 'killed',
  defaults: { heartbeat: '2s' },
  tasks: Object.fromEntries(IDS.map((id, at) => [id, { agent: 'gated', needs: at === 0 ? [] : [IDS[at - 1]!] }])),
};

test('a run whose worker is killed twice has exactly one span for itself, each task and each attempt', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'baton-trace-'));
  const receiver = await startOtlpReceiver();
  onTestFinished(receiver.close);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: inject('temporalBinary') },
      log: { format: 'pretty', level: 'never' },
      extraArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=40'],
    },
  });
  onTestFinished(() => env.teardown());
  const codePath = await copyBundle(directory);
  const startWorker = () =>
    startWorkerProcess({ directory, taskQueue: env.address, codePath, script: 'traced-worker.ts' });
  const attempts = async () =>
    (await readFile(join(directory, 'attempts.log'), 'utf8').catch(() => '')).trim().split('\n').sort();

  const baton = Baton.fromClient(env.client, { taskQueue: 'traced' });
  const run = await baton.start(PLAN, { id: 'killed' });
  const first = await startWorker();
  await expect.poll(attempts, { timeout: 60_000, interval: 100 }).toContain('gate_a 1');
  await first.kill();
  const second = await startWorker();
  await expect.poll(attempts, { timeout: 60_000, interval: 100 }).toContain('gate_a 2');
  await writeFile(join(directory, 'gate_a'), '');
  await expect.poll(attempts, { timeout: 60_000, interval: 100 }).toContain('gate_b 1');
  await second.kill();
  await startWorker();
  await expect.poll(attempts, { timeout: 60_000, interval: 100 }).toContain('gate_b 2');
  await writeFile(join(directory, 'gate_b'), '');
  const result = await run.result();

  expect(result.status).toBe('completed');
  expect(await historiesOf(env.client, 'killed')).toBeGreaterThan(1);
  const spans = receiver.spans();
  expectKnownAttributes(spans);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([result.traceId]));
  only(spans, 'invoke_workflow killed');
  for (const id of IDS) {
    const made = (await attempts()).filter((line) => line.startsWith(`${id} `));
    expect(made).toHaveLength(id.startsWith('gate') ? 2 : 1);
    expect(childrenOf(spans, only(spans, `task ${id}`))).toEqual(made.map(() => 'invoke_agent gated'));
  }
  const lost = named(spans, 'invoke_agent gated').filter(({ error }) => error !== undefined);
  expect(
    lost.map(({ attributes, error }) => [attributes['baton.task.id'], attributes['baton.attempt'], error]),
  ).toEqual([
    ['gate_a', 1, 'Interrupted'],
    ['gate_b', 1, 'Interrupted'],
  ]);
  expect(spans).toHaveLength(1 + IDS.length + IDS.length + 2);
}, 240_000);
