// A pool of which the configurations of two workers say different things.
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { poolLines } from '../../src/domain/pool/text.js';
import { gate } from '../support/gate.js';
import { usePools } from '../support/pools.js';

const temporal = usePools();

const plan: Plan = { name: 'two', tasks: { all: { agent: 'scarce', forEach: { items: [1, 2] } } } };

test('a resource missing in the newest settings gets no new calls and is removed after its last one; the status warns of older settings', async () => {
  const open = gate();
  const on: string[] = [];
  const agent = functionAgent({
    type: 'scarce',
    pool: 'moved',
    run: async (_, { resource }) => {
      on.push(resource!.id);
      await open.opened;
    },
  });
  const agents = [agent];
  const pools = (id: string) => [{ name: 'moved', taskQueue: 'old', resources: [{ id, capacity: 2 }] }];
  await using old = await temporal.work({ agents, pools: pools('a'), taskQueue: 'old' });
  const pool = old.baton.pool('moved');
  const first = old.run(plan);
  await expect.poll(() => on).toEqual(['a', 'a']);

  await using newer = await temporal.work({ agents, pools: pools('b'), taskQueue: 'newer' });
  const second = newer.run(plan);
  await expect.poll(() => on).toEqual(['a', 'a', 'b', 'b']);
  const status = await pool.status();
  expect(status.resources).toMatchObject([
    { id: 'a', condition: 'draining', inUse: 2 },
    { id: 'b', condition: 'open', inUse: 2 },
  ]);
  expect(poolLines(status)).toContain(
    'warning: 1 worker with other settings; the settings of the worker that started last apply',
  );
  await expect
    .poll(() => old.warnings)
    .toEqual(['pool "moved": the settings of this worker do not apply: a worker with other settings started later']);
  expect(newer.warnings).toEqual([]);

  open.open();
  await Promise.all([first, second]);
  await expect.poll(async () => (await pool.status()).resources.map(({ id }) => id)).not.toContain('a');
});
