// A page of a history with large outputs has more than the 4 MiB that gRPC receives by default.
import { expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

// All outputs stay in one history.
const temporal = useDevServer({ dynamicConfig: ['limit.historySize.suggestContinueAsNew=100000000'] });

test('large history: a client reads a page of a history with more than 6 MB', async () => {
  const big = () => 'x'.repeat(1_500_000);
  const tasks = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`t${i}`, { agent: 'big' }]));
  const agents = { big, small: () => 'done' };
  const plan = { name: 'pages', tasks: { ...tasks, last: { agent: 'small', needs: Object.keys(tasks) } } };
  const { id, result } = await temporal.start(plan, { agents });
  expect((await result()).status).toBe('completed');
  const server = { connectionOptions: { address: temporal.env.address }, namespace: 'default' };
  const baton = await Baton.connect({ server, taskQueue: TEST_QUEUE });
  try {
    const page = await baton.client.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution: { workflowId: id },
    });
    const bytes = (page.history?.events ?? []).map(
      ({ activityTaskCompletedEventAttributes: ended }) => ended?.result?.payloads?.[0]?.data?.length ?? 0,
    );
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(6_000_000);
    expect((await baton.inspect(id)).snapshot).toMatchObject({ status: 'completed' });
  } finally {
    await baton.close();
  }
});
