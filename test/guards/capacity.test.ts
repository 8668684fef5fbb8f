// An agent with a capacity has a pool of its own.
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { parsePools, PoolDefinitionError } from '../../src/domain/pool/definition.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();

test('capacity: two workers together never have more calls in flight than the agent allows', async () => {
  const seen = { now: 0, most: 0 };
  const agent = functionAgent({
    type: 'team/scarce',
    capacity: 3,
    run: async () => {
      seen.most = Math.max(seen.most, ++seen.now);
      await setTimeout(20);
      seen.now--;
      return null;
    },
  });
  for (let n = 0; n < 2; n++) await workers.start({ agents: [agent], taskQueues: ['scarce'] });
  const baton = workers.baton([agent], 'scarce');
  const items = [...Array(40).keys()];
  const plan = { name: 'many', tasks: { call: { agent: 'team/scarce', forEach: { items } } } };
  expect((await (await baton.start(plan)).result()).status).toBe('completed');
  expect(seen.most).toBe(3);
  expect((await baton.pool('team.scarce').status()).resources).toMatchObject([{ id: 'team.scarce', capacity: 3 }]);
});

test('capacity: together with a pool it is refused, and the message names the agent', () => {
  const run = () => null;
  const both = functionAgent({ type: 'both', capacity: 2, pool: 'p', run });
  expect(() => parsePools([{ name: 'p', resources: [{ id: 'a', capacity: 1 }] }], [both])).toThrow(
    new PoolDefinitionError([
      'agent "both": capacity: expected no capacity together with "pool", whose resources have capacities of their own, got 2',
    ]),
  );
  expect(() => functionAgent({ type: 'none', capacity: 0, run })).toThrow(/^agent "none": capacity: .*got 0$/);
});
