import { expect, test } from 'vitest';
import { listRuns } from '../../src/client/list-runs.js';
import { useDevServer } from '../support/temporal.js';

const temporal = useDevServer();

test('a server without the search attributes runs plans all the same', async () => {
  const { id, result } = await temporal.start({ name: 'plain', tasks: { a: { agent: 'echo' } } });
  expect((await result()).status).toBe('completed');
  const listed = { runId: id, plan: null, status: 'completed' };
  await expect.poll(() => listRuns(temporal.env.client, 50)).toMatchObject([listed]);
});
