// The Workflows behind topics and queued starts continue as new, and lose nothing then. The server suggests it after a few events.
import { expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { queueWorkflowId } from '../../src/client/run-queue.js';
import { topicWorkflowId } from '../../src/domain/event/topic/messages.js';
import { createTemporalBroker } from '../../src/events/temporal/temporal-broker.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const temporal = useDevServer({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=40'] });

const hasContinued = async (workflowId: string): Promise<boolean> => {
  const { raw, runId } = await temporal.env.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.firstRunId !== runId;
};

test('a topic that continues as new delivers every message once it is published, in the order of its key', async () => {
  const { client } = temporal.env;
  const broker = createTemporalBroker({ client, name: 'inner', project: 'long', taskQueue: TEST_QUEUE });
  const got: string[] = [];
  const stop = new AbortController();
  const over = broker.receive(
    'orders',
    ({ id, acknowledge }) => {
      if (!got.includes(id!)) got.push(id!);
      void acknowledge().catch(() => undefined);
    },
    { group: 'g', consumer: 'one', inFlight: 4, signal: stop.signal, onTrouble: () => undefined },
  );
  const ids = Array.from({ length: 40 }, (_, n) => `m${n}`);
  for (const id of ids)
    await broker.publish('orders', { id, key: 'k', headers: {}, contentType: 'text/plain', body: new Uint8Array() });
  await expect.poll(() => got, { timeout: 60_000 }).toEqual(ids);
  expect(await hasContinued(topicWorkflowId('long', 'orders'))).toBe(true);
  stop.abort();
  await over;
});

test('queued starts survive a continue-as-new of the Workflow that keeps them', async () => {
  const baton = Baton.fromClient(temporal.env.client, { taskQueue: TEST_QUEUE });
  const plan = { name: 'quick', tasks: { rest: { wait: '50ms' } }, output: '{% $input %}' };
  const inputs = Array.from({ length: 12 }, (_, n) => n);
  const runs = [];
  for (const input of inputs) runs.push(await baton.start(plan, { id: 'many', input, onConflict: 'queue' }));
  const outputs = await Promise.all(runs.map(async (run) => (await run.result()).output));
  expect(outputs).toEqual(inputs);
  expect(await hasContinued(queueWorkflowId('many'))).toBe(true);
});
