// A rate limit is kept by the server, whoever calls: seen from the times at which an agent was called.
import { expect, inject, test } from 'vitest';
import { functionAgent } from '../src/index.js';
import { limitedQueues } from '../src/limited-queues.js';
import { testBaton } from '../src/testing.js';

const LIMIT = 20;
const CALLS = 120;
/** A busy machine holds some back, and hears of them at once. */
const SLACK = 15;

/** The most calls within any time of so many milliseconds. */
function mostWithin(times: readonly number[], ms: number): number {
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + ms).length));
}

test('an agent is not called more often than its limit allows, however many runs call it', async () => {
  const times: number[] = [];
  const agent = functionAgent({
    type: 'limited',
    rateLimit: { limit: LIMIT, per: '1s' },
    run: () => void times.push(performance.now()),
  });
  const free = functionAgent({ type: 'free', run: () => null });
  const { run, close } = await testBaton({
    agents: [agent, free],
    workflowBundle: { codePath: inject('workflowBundle') },
  });
  try {
    const items = Array.from({ length: CALLS / 2 }, (_, n) => n);
    const plan = { name: 'limited', tasks: { it: { agent: 'limited', forEach: { items } }, other: { agent: 'free' } } };
    const results = await Promise.all([run(plan), run(plan)]);
    expect(results.map(({ status }) => status)).toEqual(['completed', 'completed']);
  } finally {
    await close();
  }
  expect(times).toHaveLength(CALLS);
  // Temporal lets as many go at once as a second allows, then one after the other.
  const burst = LIMIT;
  for (const seconds of [1, 2, 3]) {
    expect(mostWithin(times, seconds * 1000)).toBeLessThanOrEqual(LIMIT * seconds + burst + SLACK);
  }
});

test('an agent with a limit may have a breaker and a cache beside it', async () => {
  let calls = 0;
  const agent = functionAgent({
    type: 'all',
    rateLimit: { limit: 100, per: '1s' },
    cache: { ttl: '1h' },
    breaker: { minCalls: 1, whenUnreachable: 'refuse' },
    run: () => ++calls,
  });
  const { run, close } = await testBaton({ agents: [agent], workflowBundle: { codePath: inject('workflowBundle') } });
  try {
    const plan = { name: 'all', tasks: { it: { agent: 'all' } }, output: '{% $tasks.it.output %}' };
    expect(await run(plan)).toMatchObject({ status: 'completed', output: 1 });
    expect(await run(plan)).toMatchObject({ output: 1, tasks: { it: { cached: true } } });
  } finally {
    await close();
  }
});

test('a limit that would hold for other agents, too, is refused', () => {
  const limited = functionAgent({ type: 'a', rateLimit: { limit: 6, per: '1m' }, taskQueue: 'q', run: () => null });
  const other = functionAgent({ type: 'b', taskQueue: 'q', run: () => null });
  expect(limitedQueues([limited], ['home'])).toEqual([{ taskQueue: 'q', maxTaskQueueActivitiesPerSecond: 0.1 }]);
  expect(() => limitedQueues([limited, other], ['home'])).toThrow(
    'agent "a": taskQueue: expected a Task Queue that only an agent with a rateLimit has, got "q", which is that of agent "b", too',
  );
  expect(() => limitedQueues([limited], ['q'])).toThrow('got "q", which is that of the runs');
});
