// A pool of which the configurations of two workers say different things.
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function.js';
import type { Plan } from '../../src/domain/plan.js';
import { poolLines } from '../../src/domain/pool/text.js';
import { gate } from '../support/gate.js';
import { usePools } from '../support/pools.js';

const temporal = usePools();

const plan: Plan = { name: 'two', tasks: { all: { agent: 'scarce', forEach: { items: [1, 2] } } } };

test('what the newest does not name takes no new calls, and goes when its last one has ended; the status warns of the older', async () => {
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
    'warning: 1 worker with other settings; those of the worker that started last hold',
  );
  await expect
    .poll(() => old.warnings)
    .toEqual(['pool "moved": the settings of a worker that started later hold; those of this worker differ from them']);
  expect(newer.warnings).toEqual([]);

  open.open();
  await Promise.all([first, second]);
  await expect.poll(async () => (await pool.status()).resources.map(({ id }) => id)).not.toContain('a');
});
