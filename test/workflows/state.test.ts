// What a run in progress does, as its snapshot and the server's search attributes report it.
import { searchAttributePayloadConverter } from '@temporalio/common/lib/converter/payload-search-attributes.js';
import { expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { RunsOptions } from '../../src/client/run-query.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { gate } from '../support/gate.js';
import { useDevServer, type TestRun } from '../support/temporal.js';

const temporal = useDevServer({ searchable: true });

const listed = (options?: RunsOptions) => Baton.fromClient(temporal.env.client).runs(options);
const summaryOf = async ({ id }: TestRun) => (await listed()).find(({ runId }) => runId === id);

/** The values that the search attribute was given after the start, in order. */
async function statesOf({ id }: Pick<TestRun, 'id'>): Promise<unknown[]> {
  const { events = [] } = await temporal.env.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upserted }) => {
    const state = upserted?.searchAttributes?.indexedFields?.['BatonState'];
    return state === undefined ? [] : [searchAttributePayloadConverter.fromPayload(state) ?? null].flat();
  });
}

const waits: Plan = {
  name: 'waits',
  tasks: {
    a: { agent: 'echo' },
    signOff: { approve: { title: 'Publish it?' }, needs: ['a'] },
    paid: { event: "{% 'paid-' & $input.order %}", needs: ['signOff'] },
  },
};

test('state: a run waits for a person, then for an event, with the title and the command that answers', async () => {
  const started = await temporal.start(waits, { id: 'waits 1', input: { order: 7 } });
  const { run } = started;
  const waiting = async () => (await run.snapshot()).waiting;
  await expect
    .poll(waiting)
    .toEqual([{ task: 'signOff', for: 'person', title: 'Publish it?', command: "baton approve 'waits 1' signOff" }]);
  expect(await run.snapshot()).toMatchObject({ status: 'running', state: 'waiting' });
  await expect.poll(() => summaryOf(started)).toMatchObject({ status: 'running', state: 'waiting' });
  await run.approve('signOff');
  await expect
    .poll(waiting)
    .toEqual([{ task: 'paid', for: 'event', title: 'paid-7', command: "baton event 'waits 1' paid-7" }]);
  await run.deliverEvent('paid-7');
  const result = await run.result();
  expect([result.status, result.state, result.waiting]).toEqual(['completed', undefined, undefined]);
  await expect.poll(() => summaryOf(started)).toMatchObject({ status: 'completed', state: null });
  expect(await statesOf(started)).toEqual(['waiting', null]);
});

test('state: a run that does not wait for an answer records none', async () => {
  const plan: Plan = {
    name: 'plain',
    tasks: { a: { agent: 'echo' }, nap: { wait: '1ms' }, b: { agent: 'echo', needs: ['nap'] } },
  };
  const started = await temporal.start(plan);
  expect((await started.result()).status).toBe('completed');
  expect(await statesOf(started)).toEqual([]);
});

test('state: an event that came before its task is no wait', async () => {
  const plan: Plan = { name: 'early', tasks: { a: { agent: 'held' }, e: { event: 'go', needs: ['a'] } } };
  const [begun, end] = [gate(), gate()];
  const held = async () => {
    begun.open();
    await end.opened;
  };
  const started = await temporal.start(plan, { agents: { held } });
  await begun.opened;
  await started.run.deliverEvent('go');
  end.open();
  expect((await started.result()).status).toBe('completed');
  expect(await statesOf(started)).toEqual([]);
});

test('state: a run waits if a sub-plan of it does, and is listed among those that wait', async () => {
  const inner: Plan = { name: 'inner', tasks: { ok: { approve: { title: 'Inner?' } } } };
  const started = await temporal.start({ name: 'outer', tasks: { sub: { plan: inner } } }, { id: 'outer' });
  await expect.poll(() => summaryOf(started)).toMatchObject({ status: 'running', state: 'waiting' });
  const found = await listed({ status: 'waiting' });
  expect(found.map(({ runId, plan, state }) => [runId, plan, state])).toEqual([['outer', 'outer', 'waiting']]);
  expect(await listed({ status: 'waiting', plan: 'another' })).toEqual([]);
  await Baton.fromClient(temporal.env.client).run('outer/sub').approve('ok');
  expect((await started.result()).status).toBe('completed');
  await expect.poll(() => listed({ status: 'waiting' })).toEqual([]);
});

test('state: a cancelled run is cancelling until its calls have ended, then compensating', async () => {
  const [begun, undoing, stopped, undone] = [gate(), gate(), gate(), gate()];
  const plan: Plan = {
    name: 'cancelled',
    tasks: { a: { agent: 'echo', compensate: { agent: 'undo' } }, b: { agent: 'slow', needs: ['a'] } },
  };
  const agents = {
    slow: async () => {
      begun.open();
      await stopped.opened;
    },
    undo: async () => {
      undoing.open();
      await undone.opened;
    },
  };
  const started = await temporal.start(plan, { agents });
  await begun.opened;
  await started.run.cancel();
  await expect.poll(() => summaryOf(started)).toMatchObject({ status: 'running', state: 'cancelling' });
  stopped.open();
  await undoing.opened;
  expect(await started.run.snapshot()).toMatchObject({ status: 'running', state: 'compensating' });
  await expect.poll(() => summaryOf(started)).toMatchObject({ state: 'compensating' });
  undone.open();
  expect((await started.result()).status).toBe('cancelled');
  await expect.poll(() => summaryOf(started)).toMatchObject({ status: 'cancelled', state: null });
  expect(await statesOf(started)).toEqual(['cancelling', 'compensating', null]);
});

test('state: a run waits for a larger budget', async () => {
  const plan: Plan = {
    name: 'poor',
    budget: { calls: 1 },
    tasks: { a: { agent: 'echo' }, b: { agent: 'echo', needs: ['a'] } },
  };
  const started = await temporal.start(plan, { id: 'poor' });
  const expected = { for: 'budget', command: 'baton budget poor --add JSON' };
  await expect
    .poll(() => started.run.snapshot())
    .toMatchObject({ status: 'paused', state: 'waiting', waiting: [expected] });
  await expect.poll(() => summaryOf(started)).toMatchObject({ status: 'running', state: 'waiting' });
  await started.run.raiseBudget({ calls: 1 });
  expect((await started.result()).status).toBe('completed');
});

test('runs: they are chosen by plan, status, tenant and start', async () => {
  const refuses = () => Promise.reject(new Error('no'));
  const plan: Plan = { name: "it's", tasks: { a: { agent: 'no', retry: { attempts: 1 } } } };
  const failed = await temporal.start(plan, { agents: { no: refuses }, tenant: { name: 'acme' } });
  await failed.result();
  const ids = async (options: RunsOptions) => (await listed(options)).map(({ runId }) => runId);
  await expect.poll(() => ids({ plan: "it's" })).toEqual([failed.id]);
  await expect.poll(() => ids({ status: 'failed', tenant: 'acme', since: '10m' })).toEqual([failed.id]);
  expect(await ids({ plan: "it's", status: 'completed' })).toEqual([]);
  expect(await ids({ plan: "it's", since: new Date(Date.now() + 60_000) })).toEqual([]);
  await expect(listed({ since: 'yesterday' })).rejects.toThrow('since: expected a duration such as "2h"');
  await expect(listed({ status: 'done' as 'failed' })).rejects.toThrow('status: expected one of running, ');
});

test('result: a wait for it ends with the time or the signal, and the run continues', async () => {
  const { run } = await temporal.start({ name: 'long', tasks: { ok: { approve: { title: 'Go?' } } } });
  await expect(run.result({ timeout: '50ms' })).rejects.toThrow(`run ${run.id} has not ended within 50ms`);
  await expect(run.result({ timeout: 'soon' })).rejects.toThrow(
    'timeout: expected a duration such as "30s", got "soon"',
  );
  const leave = new AbortController();
  const left = expect(run.result({ signal: leave.signal })).rejects.toThrow('enough');
  leave.abort(new Error('enough'));
  await left;
  await expect(run.result({ signal: leave.signal })).rejects.toThrow('enough');
  await run.approve('ok');
  expect((await run.result({ timeout: '1m', signal: new AbortController().signal })).status).toBe('completed');
});
