import { expect, test } from 'vitest';
import { forksOf } from '../../src/client/fork.js';
import { listRuns } from '../../src/client/list-runs.js';
import { useDevServer } from '../support/temporal.js';

const temporal = useDevServer();

test('a server without the search attributes of Baton runs plans', async () => {
  const { id, result } = await temporal.start({ name: 'plain', tasks: { a: { agent: 'echo' } } });
  expect((await result()).status).toBe('completed');
  const listed = { runId: id, plan: null, status: 'completed' };
  await expect.poll(() => listRuns(temporal.env.client, { limit: 50 })).toMatchObject([listed]);
});

test('the forks of a run are found on a server without the search attributes of Baton', async () => {
  const plan = { name: 'forked', tasks: { a: { agent: 'echo' } } };
  const old = await temporal.start(plan);
  await old.result();
  const forks = [];
  for (let count = 0; count < 2; count++) forks.push(await temporal.start(plan, { forkOf: { run: old.id } }));
  for (const fork of forks) expect((await fork.result()).tasks['a']!.reused).toBe(old.id);
  await expect.poll(() => forksOf(temporal.env.client, old.id)).toEqual(forks.map(({ id }) => id).reverse());
});
