import { expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { gate, untilAborted } from '../support/gate.js';
import { useDevServer } from '../support/temporal.js';

const temporal = useDevServer();

test('retryTask ends a retry delay of an hour, and the call keeps its key', async () => {
  const { run, calls, result } = await temporal.start(
    { name: 'retry', tasks: { a: { agent: 'busy' } } },
    {
      agents: {
        busy: () =>
          calls.length === 1
            ? Promise.reject(new AgentError('busy', { type: 'Overloaded', retryAfterMs: 3_600_000 }))
            : 'done',
      },
      id: 'retry-1',
    },
  );
  await expect.poll(async () => (await run.snapshot()).tasks['a']!.status).toBe('retrying');
  await run.retryTask('a');
  expect((await result()).tasks['a']).toMatchObject({ status: 'succeeded', output: 'done' });
  expect(calls.map(({ key }) => key)).toEqual(['retry-1/a', 'retry-1/a']);
});

test('retryTask abandons a call that hangs, and makes it again', async () => {
  const begun = gate();
  const { run, calls, result } = await temporal.start(
    { name: 'retry', tasks: { a: { agent: 'hangs', heartbeat: '900ms' } } },
    {
      agents: {
        hangs: async (_, { signal }) => {
          begun.open();
          return calls.length === 1 ? await untilAborted(signal) : 'done';
        },
      },
      id: 'retry-2',
    },
  );
  await begun.opened;
  await run.retryTask('a');
  expect((await result()).tasks['a']).toMatchObject({ status: 'succeeded', output: 'done' });
  expect(calls.map(({ key }) => key)).toEqual(['retry-2/a', 'retry-2/a']);
});

test('retryTask retries the items of a forEach that are in flight', async () => {
  const { run, calls, result } = await temporal.start(
    { name: 'retry', tasks: { each: { agent: 'busy', forEach: { items: [0, 1, 2] }, input: '{% $item %}' } } },
    {
      agents: {
        busy: (n) =>
          n !== 0 && calls.filter(({ input }) => input === n).length === 1
            ? Promise.reject(new AgentError('busy', { type: 'Overloaded', retryAfterMs: 3_600_000 }))
            : n,
      },
    },
  );
  const waiting = async () =>
    (await run.describe()).raw.pendingActivities?.filter(({ lastFailure }) => lastFailure != null);
  await expect.poll(waiting).toHaveLength(2);
  await run.retryTask('each');
  expect((await result()).tasks['each']!.output).toEqual([0, 1, 2]);
  expect(calls).toHaveLength(5);
  await expect(run.retryTask('each')).rejects.toThrow('has ended (completed)');
});
