import { describe, expect, test } from 'vitest';
import type { Approve, Plan, Task } from '../../src/domain/plan.js';
import { useTimeSkipping } from '../support/temporal.js';

const temporal = useTimeSkipping();

const one = (task: Task): Plan => ({ name: 'one', tasks: { it: task } });
const hour = 3_600_000;
const elapsed = ({ startedAt, endedAt }: { startedAt: string | null; endedAt: string | null }): number =>
  Date.parse(endedAt!) - Date.parse(startedAt!);

describe('an approval', () => {
  const asked = (approve: Partial<Approve> = {}): Plan => ({
    name: 'asked',
    tasks: { ok: { approve: { title: 'ok?', ...approve } }, then: { agent: 'echo', needs: ['ok'] } },
  });

  test('that is given lets the run go on, and says by whom', async () => {
    const { run, result } = await temporal.start(asked());
    expect((await run.snapshot()).tasks['ok']!.status).toBe('running');
    await run.approve('ok', { comment: 'fine', by: 'ann' });
    const { status, tasks } = await result();
    expect(status).toBe('completed');
    expect(tasks['ok']!.output).toMatchObject({ approved: true, comment: 'fine', by: 'ann' });
    expect(tasks['then']!.status).toBe('succeeded');
  });

  test('that is refused fails the task with what was said', async () => {
    const { run, result } = await temporal.start(asked());
    await run.approve('ok', { reject: true, comment: 'not yet' });
    const { status, tasks } = await result();
    expect(status).toBe('failed');
    expect(tasks['ok']).toMatchObject({
      status: 'failed',
      failure: { type: 'Rejected', message: 'rejected: not yet' },
    });
    expect(tasks['then']).toMatchObject({ status: 'skipped', skip: { cause: 'failure', because: 'ok' } });
  });

  test('that nobody gives in time is a refusal', async () => {
    const { status, tasks } = await temporal.run(asked({ timeout: '3d' }));
    expect(status).toBe('failed');
    expect(tasks['ok']).toMatchObject({ status: 'failed', failure: { type: 'TimedOut' } });
    expect(elapsed(tasks['ok']!)).toBeGreaterThanOrEqual(72 * hour);
  });

  test('that nobody gives in time is given, where the plan says so', async () => {
    const { status, tasks } = await temporal.run(asked({ timeout: '3d', onTimeout: 'approve' }));
    expect(status).toBe('completed');
    expect(tasks['ok']!.output).toMatchObject({ approved: true, by: null });
  });

  test('is not asked of a task that is none, does not wait, or is not there', async () => {
    const { run, result } = await temporal.start({
      name: 'asked',
      tasks: { first: { wait: '1h' }, ok: { approve: { title: 'ok?' }, needs: ['first'] } },
    });
    await expect(run.approve('first')).rejects.toThrow('task first is no approval: it is of kind wait');
    await expect(run.approve('ok')).rejects.toThrow('task ok is pending: it waits for no answer');
    await expect(run.approve('oh')).rejects.toThrow(/has no task "oh"; did you mean "ok"/);
    await temporal.env.sleep('2h');
    await run.approve('ok');
    await result();
    await expect(run.approve('ok')).rejects.toThrow(`run ${run.id} has ended (completed)`);
  });

  test('is taken once', async () => {
    const { run, result } = await temporal.start({
      name: 'asked',
      tasks: { ok: { approve: { title: 'ok?' } }, hold: { wait: '1h' } },
    });
    await run.approve('ok');
    await expect(run.approve('ok', { reject: true })).rejects.toThrow('task ok is succeeded: it waits for no answer');
    expect((await result()).status).toBe('completed');
  });
});

describe('a wait', () => {
  test('for a duration ends after it', async () => {
    const { tasks } = await temporal.run(one({ wait: '26h' }));
    expect(tasks['it']!.status).toBe('succeeded');
    expect(elapsed(tasks['it']!)).toBeGreaterThanOrEqual(26 * hour);
  });

  test('until a time ends at it', async () => {
    const at = new Date((await temporal.env.currentTimeMs()) + 5 * hour).toISOString();
    const { tasks } = await temporal.run(one({ wait: { until: at } }));
    expect(tasks['it']!.output).toEqual({ at });
    expect(Date.parse(tasks['it']!.endedAt!)).toBeGreaterThanOrEqual(Date.parse(at));
  });

  test('until a time that has passed is over at once', async () => {
    const { tasks } = await temporal.run(one({ wait: '2020-01-01T00:00:00Z' }));
    expect(tasks['it']).toMatchObject({ status: 'succeeded', output: { at: '2020-01-01T00:00:00.000Z' } });
    expect(elapsed(tasks['it']!)).toBeLessThan(hour);
  });

  test('takes its duration from an expression', async () => {
    const { tasks } = await temporal.run(one({ wait: { for: '{% $input.hours & "h" %}' } }), { input: { hours: 3 } });
    expect(elapsed(tasks['it']!)).toBeGreaterThanOrEqual(3 * hour);
  });

  test.each([42, 'soon', null, '9999d'])('for %j fails', async (value) => {
    const { tasks } = await temporal.run(one({ wait: '{% $input.value %}' }), { input: { value } });
    expect(tasks['it']).toMatchObject({ status: 'failed', failure: { type: 'ExpressionFailed' } });
    expect(tasks['it']!.failure!.message).toContain('expected a duration');
  });
});

describe('an event', () => {
  const paid: Task = { event: '{% "paid-" & $input.order %}' };

  test('that comes while the task waits is its output', async () => {
    const { run, result } = await temporal.start(one(paid), { input: { order: 7 } });
    expect((await run.snapshot()).tasks['it']!.status).toBe('running');
    await run.deliverEvent('paid-8', 'not mine');
    await run.deliverEvent('paid-7', { amount: 3 });
    expect((await result()).tasks['it']).toMatchObject({ status: 'succeeded', output: { amount: 3 } });
  });

  test('that came before the task waited is kept for it', async () => {
    const { run, result } = await temporal.start({
      name: 'early',
      tasks: { first: { wait: '1h' }, it: { event: 'go', needs: ['first'] } },
    });
    await run.deliverEvent('go', 'early');
    expect((await result()).tasks['it']!.output).toBe('early');
  });

  test('goes to one of two tasks that wait for it, and the next to the other', async () => {
    const { run, result } = await temporal.start({ name: 'two', tasks: { a: { event: 'go' }, b: { event: 'go' } } });
    await run.deliverEvent('go', 1);
    await expect.poll(async () => (await run.snapshot()).tasks['a']!.status).toBe('succeeded');
    expect((await run.snapshot()).tasks['b']!.status).toBe('running');
    await run.deliverEvent('go', 2);
    const { tasks } = await result();
    expect([tasks['a']!.output, tasks['b']!.output]).toEqual([1, 2]);
  });

  test('that does not come in time fails the task', async () => {
    const { tasks } = await temporal.run(one({ event: { name: 'go', timeout: '2d' } }));
    expect(tasks['it']).toMatchObject({
      status: 'failed',
      failure: { type: 'TimedOut', message: 'no event "go" came in time' },
    });
  });

  test('whose name is none fails the task', async () => {
    const { tasks } = await temporal.run(one({ event: '{% 42 %}' }));
    expect(tasks['it']).toMatchObject({ status: 'failed', failure: { type: 'ExpressionFailed' } });
  });

  test('that is none is dropped, and harms nothing', async () => {
    const { id, run, result } = await temporal.start(one({ event: 'go' }));
    await temporal.env.client.workflow.getHandle(id).signal('deliverEvent', 'garbage');
    await run.deliverEvent('go');
    expect((await result()).tasks['it']).toMatchObject({ status: 'succeeded', output: null });
  });
});
