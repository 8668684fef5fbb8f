// The server keeps a rate limit for all callers: the test measures the times of the calls.
import { expect, inject, test } from 'vitest';
import { functionAgent } from '../../src/index.js';
import { limitedQueues } from '../../src/worker/rate-limited-queues.js';
import { testBaton } from '../../src/testing.js';

const LIMIT = 20;
const CALLS = 120;
/** A busy machine may delay some calls and then make them together. */
const SLACK = 15;

/** The most calls within any period of this length. */
function mostWithin(times: readonly number[], ms: number): number {
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + ms).length));
}

test('rate limit: several runs together do not call an agent more often than its limit allows', async () => {
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
  // Temporal lets the calls of one second go together, then one after the other.
  const burst = LIMIT;
  for (const seconds of [1, 2, 3]) {
    expect(mostWithin(times, seconds * 1000)).toBeLessThanOrEqual(LIMIT * seconds + burst + SLACK);
  }
});

test('rate limit: an agent may have a breaker and a cache, too', async () => {
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

test('rate limit: it is refused if it would apply to other agents, too', () => {
  const limited = functionAgent({ type: 'a', rateLimit: { limit: 6, per: '1m' }, taskQueue: 'q', run: () => null });
  const other = functionAgent({ type: 'b', taskQueue: 'q', run: () => null });
  expect(limitedQueues([limited], ['home'])).toEqual([{ taskQueue: 'q', maxTaskQueueActivitiesPerSecond: 0.1 }]);
  expect(() => limitedQueues([limited, other], ['home'])).toThrow(
    'agent "a": taskQueue: expected a Task Queue that only an agent with a rateLimit has, got "q", which agent "b" has, too',
  );
  expect(() => limitedQueues([limited], ['q'])).toThrow('got "q", which the runs use, too');
});
