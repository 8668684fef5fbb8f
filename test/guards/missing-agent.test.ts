// During a deploy: of the workers of one Task Queue, some have an agent that the others lack.
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { detailOf } from '../../src/cli/view/task-row.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();

const fresh = functionAgent({ type: 'fresh', run: (_, { attempt }) => ({ attempt }) });
const old = functionAgent({ type: 'old', run: () => 'old' });
const plan: Plan = { name: 'new', tasks: { ask: { agent: 'fresh', retry: { attempts: 1 } } } };

test('missing agent: a call waits for a worker that has its agent, shows that, and uses up no attempt', async () => {
  const without = await workers.start({ agents: [old], taskQueues: ['deploy'] });
  const baton = workers.baton([fresh, old], 'deploy');
  const run = await baton.start(plan);
  const waiting = async () => (await run.snapshot()).tasks['ask']!;
  await expect.poll(async () => (await waiting()).waits, { timeout: 10_000 }).toEqual({ agent: 'fresh', calls: 1 });
  expect(detailOf(await waiting())).toContain('waits for a worker that has agent fresh');
  expect(without.said).toContainEqual(
    expect.stringMatching(/^no agent "fresh" in this worker .*; its calls wait for another worker, at most 10m 0s$/),
  );
  await workers.start({ agents: [fresh, old], taskQueues: ['deploy'] });
  await without.stop();
  const { tasks, usage } = await run.result();
  expect(tasks['ask']).toMatchObject({ status: 'succeeded', attempts: 1, output: { attempt: 1 } });
  expect(usage.calls).toBe(1);
}, 60_000);

test('missing agent: a deadline ends the wait, and the task fails without an attempt', async () => {
  await workers.start({ agents: [old], taskQueues: ['late'] });
  const undo = { agent: 'old' };
  const baton = workers.baton([fresh, old], 'late');
  const late: Plan = { name: 'late', tasks: { ask: { agent: 'fresh', deadline: '3s', compensate: undo } } };
  const { tasks } = await (await baton.start(late)).result();
  expect(tasks['ask']).toMatchObject({ status: 'failed', attempts: 0 });
}, 60_000);
