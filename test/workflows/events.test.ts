// Events on a real server: what is refused, what is kept, what happens to it when the history is cut, and older clients and workers.
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { describe, test } from 'vitest';
import { WorkerBusyError } from '../../src/client/errors.js';
import { MAX_EVENTS_OF_NAME } from '../../src/domain/run/inbox.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { gate } from '../support/gate.js';
import { historiesOf } from '../support/histories.js';
import { useDevServer } from '../support/temporal.js';

const temporal = useDevServer({
  searchable: true,
  dynamicConfig: ['limit.historyCount.suggestContinueAsNew=40', 'history.maxTotalUpdates=30'],
});

const rawHandle = (id: string) => temporal.env.client.workflow.getHandle(id);

/** The number of events of a type in the present history of a run. */
async function countInHistory(id: string, has: 'workflowExecutionUpdateAcceptedEventAttributes'): Promise<number> {
  const { events } = await rawHandle(id).fetchHistory();
  return (events ?? []).filter((event) => Boolean(event[has])).length;
}

const inTurn = (count: number, name: string): Plan['tasks'] =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index): [string, Task] => [
      `e${index}`,
      { event: name, needs: index === 0 ? [] : [`e${index - 1}`] },
    ]),
  );

describe.concurrent('an event by update', () => {
  test('deliverEvent: it reports whether a task was waiting, or will wait, and refuses what no task takes', async ({
    expect,
  }) => {
    const inner: Plan = { name: 'inner', tasks: { it: { event: 'below' } } };
    const { id, run, result } = await temporal.start({
      name: 'p',
      tasks: { paid: { event: 'paid' }, sent: { event: 'sent', needs: ['paid'] }, sub: { plan: inner } },
    });
    await expect.poll(async () => (await run.snapshot()).tasks['sub']!.status).toBe('running');
    await expect(run.deliverEvent('padi')).rejects.toThrow(
      `event: expected a name that a task of run ${id} waits for ("paid", "sent"), got "padi"; did you mean "paid"?`,
    );
    await expect(run.deliverEvent('below')).rejects.toThrow(`send it to the sub-plan that waits for it: ${id}/sub`);
    expect(await countInHistory(id, 'workflowExecutionUpdateAcceptedEventAttributes')).toBe(0);
    expect(await run.deliverEvent('sent', 2)).toEqual({ event: 'sent', state: 'kept', tasks: ['sent'] });
    expect(await run.deliverEvent('paid', 1)).toEqual({ event: 'paid', state: 'taken', tasks: ['paid'] });
    await expect.poll(async () => (await run.snapshot()).tasks['sent']!.status).toBe('succeeded');
    await expect(run.deliverEvent('paid')).rejects.toThrow(
      `event "paid": task paid of run ${id} is succeeded, and no other task waits for this event`,
    );
    await rawHandle(`${id}/sub`).executeUpdate('sendEvent', { args: [{ name: 'below' }] });
    const { tasks } = await result();
    expect([tasks['paid']!.output, tasks['sent']!.output]).toEqual([1, 2]);
    await expect(run.deliverEvent('paid')).rejects.toThrow(`run ${id} has ended (completed)`);
  });

  test('deliverEvent: events that are sent in order are received in order, across continue-as-new', async ({
    expect,
  }) => {
    const count = 40;
    const { id, run, result } = await temporal.start({ name: 'order', tasks: inTurn(count, 'go') });
    for (let index = 0; index < count; index++) await run.deliverEvent('go', index);
    const { tasks } = await result();
    expect(Object.values(tasks).map(({ output }) => output)).toEqual(Array.from({ length: count }, (_, n) => n));
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
  });

  test('deliverEvent: many events at the same time, each repeated under its id until it is answered, are received once', async ({
    expect,
  }) => {
    const count = 25;
    const { run, result } = await temporal.start({ name: 'crowd', tasks: inTurn(count, 'go') });
    // The server accepts ten updates of a run at the same time; the others may wait for longer than the client does.
    const send = async (index: number): Promise<void> => {
      try {
        await run.deliverEvent('go', index, { id: `e-${index}` });
      } catch (error) {
        if (!(error instanceof WorkerBusyError)) throw error;
        await send(index);
      }
    };
    await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
    const outputs = Object.values((await result()).tasks).map(({ output }) => Number(output));
    expect(outputs.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
  });

  test('deliverEvent: an event that is sent again under its id is received once, also after continue-as-new', async ({
    expect,
  }) => {
    const { id, run, result } = await temporal.start({
      name: 'ids',
      tasks: { a: { event: 'go' }, b: { event: 'go', needs: ['a'] }, ...inTurn(30, 'turn') },
    });
    const first = await run.deliverEvent('go', 1, { id: 'e-1' });
    expect(first).toEqual({ event: 'go', state: 'taken', tasks: ['a'] });
    expect(await run.deliverEvent('go', 1, { id: 'e-1' })).toEqual(first);
    await expect(run.deliverEvent('turn', 1, { id: 'e-1' })).rejects.toThrow(
      `id "e-1": run ${id} has received another event under it, "go"`,
    );
    for (let index = 0; index < 29; index++) await run.deliverEvent('turn', index);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(1);
    expect(await run.deliverEvent('go', 1, { id: 'e-1' })).toEqual({ event: 'go', state: 'repeated', tasks: [] });
    expect((await run.snapshot()).tasks['b']!.status).toBe('running');
    await run.deliverEvent('go', 2, { id: 'e-2' });
    await run.deliverEvent('turn', 29, { id: 'last' });
    expect((await result()).tasks['b']!.output).toBe(2);
    // The server answers a repeated update of a run that has ended.
    expect(await run.deliverEvent('turn', 29, { id: 'last' })).toMatchObject({ event: 'turn', state: 'taken' });
    await expect(run.deliverEvent('turn', 30, { id: 'new' })).rejects.toThrow(`run ${id} has ended`);
  });

  test('deliverEvent: what the client can refuse never reaches the server', async ({ expect }) => {
    const { id, run } = await temporal.start({ name: 'p', tasks: { it: { event: 'go' } } });
    await expect(run.deliverEvent('go', 'x'.repeat(20_000_000))).rejects.toThrow('bytes of JSON, got 20000002');
    await expect(run.deliverEvent('go', { f: () => 1 })).rejects.toThrow('data.f: expected a JSON value');
    await expect(run.deliverEvent('', 1)).rejects.toThrow('event: expected 1 to 500 characters');
    await expect(run.approve('it', { comment: 'x'.repeat(10_001) })).rejects.toThrow('comment: expected at most');
    expect(await countInHistory(id, 'workflowExecutionUpdateAcceptedEventAttributes')).toBe(0);
    await run.cancel();
  });

  test('sendEvent: updates of other clients with wrong types are refused, and the run continues', async ({
    expect,
  }) => {
    const { id, run, result } = await temporal.start({
      name: 'p',
      tasks: { it: { event: 'go' }, ok: { approve: { title: 'ok?' } } },
    });
    let deep: unknown = 1;
    for (let level = 0; level < 3_000; level++) deep = [deep];
    const hostile: [string, unknown[]][] = [
      ['sendEvent', []],
      ['sendEvent', [null]],
      ['sendEvent', [{ name: 7 }]],
      ['sendEvent', [{ name: 'x'.repeat(1_500_000) }]],
      ['sendEvent', [{ name: 'go', ['y'.repeat(1_500_000)]: 1 }]],
      ['sendEvent', [{ name: 'go', data: deep }]],
      ['sendEvent', [{ name: 'go', id: 'x'.repeat(201) }]],
      ['sendEvent', [JSON.parse('{"name":"constructor","data":{"__proto__":1}}')]],
      ['sendEvent', [{ name: '__proto__' }]],
      ['approve', [{ task: '__proto__', decision: 'approve' }]],
      ['approve', [{ task: 'ok', decision: 'approve', comment: 'x'.repeat(1_000_000) }]],
      ['approve', [{ task: 'ok', decision: 'approve', by: { name: 'ann' } }]],
      ['skipTask', [{ task: 'x'.repeat(1_500_000) }]],
      ['retryTask', [{ task: ['it'] }]],
      ['raiseBudget', [{ add: { calls: -1 } }]],
    ];
    for (const [name, args] of hostile) {
      const error: unknown = await rawHandle(id)
        .executeUpdate<unknown, [unknown]>(name, { args: args as [unknown] })
        .catch((thrown: unknown) => thrown);
      expect(error, `${name} ${JSON.stringify(args).slice(0, 60)}`).toBeInstanceOf(WorkflowUpdateFailedError);
    }
    for (const name of ['subPlanShort', 'passBudget', 'deliverEvent'])
      for (const message of [null, [], { work: '__proto__', isShort: true }, { add: { calls: 1 } }, { name: deep }])
        await rawHandle(id).signal(name, message);
    await run.approve('ok');
    await run.deliverEvent('go');
    expect(await result()).toMatchObject({ status: 'completed', droppedEvents: { count: 5 } });
  });

  test('deliverEvent: if the history has as many updates as the server allows, the refusal says when to send again', async ({
    expect,
  }) => {
    const ended = gate();
    const { run, result } = await temporal.start(
      { name: 'full', tasks: { slow: { agent: 'slow' }, ...inTurn(40, 'go') } },
      { agents: { slow: () => ended.opened } },
    );
    const send = async () => {
      for (let index = 0; index < 40; index++) await run.deliverEvent('go', index);
    };
    await expect(send()).rejects.toThrow('has received as many messages as the server allows for one history');
    ended.open();
    await run.cancel();
    expect((await result()).status).toBe('cancelled');
  });
});

describe.concurrent('an event by the signal of older clients', () => {
  const early: Plan = { name: 'early', tasks: { start: { event: 'start' }, it: { event: 'go', needs: ['start'] } } };

  test('deliverEvent: a signal still works, and one that cannot be accepted is dropped with a note', async ({
    expect,
  }) => {
    const { id, run, result } = await temporal.start(early);
    await rawHandle(id).signal('deliverEvent', { name: 'go', data: 1 });
    await rawHandle(id).signal('deliverEvent', { name: 'x'.repeat(501), data: 1 });
    await rawHandle(id).signal('deliverEvent', { name: 'unknown' });
    expect((await run.snapshot()).droppedEvents).toMatchObject({
      count: 1,
      reason: 'event: expected 1 to 500 characters, got 501',
    });
    await rawHandle(id).signal('deliverEvent', { name: 'start' });
    expect((await result()).tasks['it']!.output).toBe(1);
  });

  test('deliverEvent: an inbox that is full drops the newest signals, refuses updates, and survives continue-as-new', async ({
    expect,
  }) => {
    const { id, run, result } = await temporal.start(early);
    const handle = rawHandle(id);
    for (let sent = 0; sent < MAX_EVENTS_OF_NAME + 5; sent += 201)
      await Promise.all(
        Array.from({ length: 201 }, (_, n) => handle.signal('deliverEvent', { name: 'go', data: sent + n })),
      );
    await expect
      .poll(async () => (await run.snapshot()).droppedEvents, { timeout: 60_000 })
      .toEqual({
        count: 5,
        name: 'go',
        reason:
          'event "go": no task waits for it now; the run keeps at most 1000 events of one name until tasks take them, ' +
          'and has 1000 of this: send it again later',
      });
    await expect(run.deliverEvent('go')).rejects.toThrow('and has 1000 of this: send it again later');
    await expect.poll(() => historiesOf(temporal.env.client, id), { timeout: 60_000 }).toBeGreaterThan(1);
    await run.deliverEvent('start');
    const { status, tasks, droppedEvents } = await result();
    expect([status, droppedEvents!.count]).toEqual(['completed', 5]);
    expect(Number(tasks['it']!.output)).toBeLessThan(201);
  });
});
