// A pool whose worker is away: what it has given is lost after its time to live, and what is asked of it waits.
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import { usePools } from '../support/pools.js';

const temporal = usePools();

const plan: Plan = { name: 'one', tasks: { call: { agent: 'slow' } }, output: '{% $tasks.call.output %}' };

test('a long call loses its lease when the pool is unreachable, and is made again later, never in parallel with another', async () => {
  const open = gate();
  const seen = { now: 0, most: 0, calls: 0, lost: [] as unknown[] };
  const agent = functionAgent({
    type: 'slow',
    pool: 'kept',
    retry: { attempts: 2, initial: '50ms', max: '100ms' },
    run: async (_, { attempt, signal }) => {
      seen.calls++;
      seen.most = Math.max(seen.most, ++seen.now);
      signal.addEventListener('abort', () => seen.lost.push(signal.reason), { once: true });
      await Promise.race([open.opened, untilAborted(signal)]).finally(() => seen.now--);
      return attempt;
    },
  });
  const pools = [{ name: 'kept', taskQueue: 'keeper', ttl: '2s', resources: [{ id: 'a', capacity: 1 }] }];
  const keeper = await temporal.work({ agents: [], pools: [], taskQueue: 'keeper' });
  await using caller = await temporal.work({ agents: [agent], pools, taskQueue: 'callers' });

  const first = await caller.baton.start(plan);
  await expect.poll(() => seen.now).toBe(1);
  await keeper.stop();
  await expect.poll(() => seen.lost).toHaveLength(1);
  expect(seen.lost[0]).toBeInstanceOf(AgentError);
  expect(seen.lost[0]).toMatchObject({
    type: 'LeaseLost',
    message: 'lease on pool "kept" expired: this worker could not renew it in time',
  });

  const second = await caller.baton.start(plan);
  // It has tried again and again: that is what it says only once.
  await expect.poll(async () => (await second.snapshot()).tasks['call']?.waits).toEqual({ pool: 'kept', calls: 1 });
  await expect.poll(async () => (await first.snapshot()).tasks['call']?.waits).toEqual({ pool: 'kept', calls: 1 });
  await expect.poll(() => caller.warnings).toHaveLength(1);
  expect(seen.calls).toBe(1);

  await using _back = await temporal.work({ agents: [], pools: [], taskQueue: 'keeper' });
  await expect.poll(() => seen.calls).toBe(2);
  open.open();
  const results = await Promise.all([first.result(), second.result()]);
  expect(results.map(({ status }) => status)).toEqual(['completed', 'completed']);
  expect(results.map(({ tasks, usage }) => [tasks['call']!.attempts, usage.calls])).toEqual([
    [2, 2],
    [1, 1],
  ]);
  expect(results.map(({ output }) => output)).toEqual([2, 1]);
  expect(seen).toMatchObject({ calls: 3, most: 1 });
  expect(caller.warnings).toEqual([
    expect.stringMatching(/^pool "kept" cannot be reached, so its calls wait: /) as string,
  ]);
});
