// Whose turn it is where many runs wait for few workers: seen from the order of calls, on the full server.
import { expect, test } from 'vitest';
import type { Plan } from '../../src/domain/plan/plan.js';
import { gate } from '../support/gate.js';
import { useDevServer } from '../support/temporal.js';

const fair = useDevServer({
  searchable: true,
  dynamicConfig: ['matching.enableFairness=true'],
  worker: { maxConcurrentActivityTaskExecutions: 4 },
});
const cut = useDevServer({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=25'] });

const each = (count: number, more: Partial<Plan['tasks'][string]> = {}): Plan => ({
  name: `each-${count}`,
  concurrency: 1000,
  tasks: {
    it: {
      agent: 'work',
      forEach: { items: Array.from({ length: count }, (_, n) => n) },
      input: '{% $item %}',
      ...more,
    },
  },
});

/** Starts both, the first one first, lets go once all calls of both wait, and gives the order in which they were made. */
async function compete(first: Parameters<typeof fair.start>, second: Parameters<typeof fair.start>): Promise<string[]> {
  const free = gate();
  const order: string[] = [];
  const works = (name: string) => ({
    work: async () => {
      await free.opened;
      order.push(name);
    },
  });
  const one = await fair.start(first[0], { ...first[1], agents: works('first') });
  await expect.poll(() => pendingOf(one.id)).toBe(sizeOf(first[0]));
  const two = await fair.start(second[0], { ...second[1], agents: works('second') });
  await expect.poll(() => pendingOf(two.id)).toBe(sizeOf(second[0]));
  free.open();
  await Promise.all([one.result(), two.result()]);
  return order;
}

const sizeOf = (plan: Plan): number => (plan.tasks['it']!.forEach!.items as unknown[]).length;
const pendingOf = async (id: string): Promise<number> =>
  (await fair.env.client.workflow.getHandle(id).describe()).raw.pendingActivities?.length ?? 0;

test('a tenant with 20 calls gets all of them before an earlier tenant with 500 calls gets 100', async () => {
  const order = await compete([each(500), { tenant: { name: 'big' } }], [each(20), { tenant: { name: 'small' } }]);
  expect(order).toHaveLength(520);
  const lastOfSmall = order.lastIndexOf('second');
  const ofBigBefore = order.slice(0, lastOfSmall).filter((name) => name === 'first').length;
  expect(ofBigBefore).toBeLessThan(100);
});

test('a tenant with weight 3 gets three times the share', async () => {
  const order = await compete(
    [each(200), { tenant: { name: 'light' } }],
    [each(150), { tenant: { name: 'heavy', weight: 3 } }],
  );
  // While both wait; those that the first had in hand before the second came are its own.
  const heavy = order.slice(4, 104).filter((name) => name === 'second').length;
  expect(heavy).toBeGreaterThan(60);
  expect(heavy).toBeLessThan(90);
});

test('priorities take precedence over tenants', async () => {
  const order = await compete([each(60, { priority: 5 })], [each(20, { priority: 1 })]);
  expect(order.lastIndexOf('second')).toBeLessThan(20 + 4 + 2);
});

test('a sub-plan, a fork and a continuation have the tenant of their run; lists and results show it', async () => {
  const tenant = { name: 'acme', weight: 2 };
  const plan: Plan = {
    name: 'outer',
    tasks: { sub: { plan: { name: 'inner', tasks: { x: { event: 'go' } } } } },
  };
  const { run, id } = await fair.start(plan, { tenant });
  const shareOf = async (of: string) =>
    (await fair.env.client.workflow.getHandle(of).describe()).raw.workflowExecutionInfo?.priority;
  await expect
    .poll(() => shareOf(`${id}/sub`).catch(() => undefined))
    .toMatchObject({
      fairnessKey: 'acme',
      fairnessWeight: 2,
    });
  expect(await run.snapshot()).toMatchObject({ tenant: 'acme' });
  const { memo, typedSearchAttributes } = await run.describe();
  expect(memo).toMatchObject({ batonTenant: 'acme' });
  expect(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toContainEqual([
    'BatonTenant',
    'acme',
  ]);
  await run.cancel();
  const long: Plan = {
    name: 'long',
    tasks: {
      a: { agent: 'echo', forEach: { items: Array.from({ length: 40 }, () => 1), concurrency: 4 } },
      z: { event: 'end', needs: ['a'] },
    },
  };
  const cutRun = await cut.start(long, { tenant, id: 'cut' });
  const described = () => cut.env.client.workflow.getHandle('cut').describe();
  await expect
    .poll(async () => (await described()).raw.workflowExecutionInfo?.firstRunId !== (await described()).runId)
    .toBe(true);
  expect((await described()).raw.workflowExecutionInfo?.priority).toMatchObject({ fairnessKey: 'acme' });
  await cutRun.run.deliverEvent('end');
  expect(await cutRun.result()).toMatchObject({ status: 'completed', tenant: 'acme' });
});
