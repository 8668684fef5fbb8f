import { describe, expect, test } from 'vitest';
import type { Approve, Plan, Task } from '../../src/domain/plan/plan.js';
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

  test('an approval continues the run, and the output names who approved', async () => {
    const { run, result } = await temporal.start(asked());
    expect((await run.snapshot()).tasks['ok']!.status).toBe('running');
    await run.approve('ok', { comment: 'fine', by: 'ann' });
    const { status, tasks } = await result();
    expect(status).toBe('completed');
    expect(tasks['ok']!.output).toMatchObject({ approved: true, comment: 'fine', by: 'ann' });
    expect(tasks['then']!.status).toBe('succeeded');
  });

  test('the title and the description of an approval may be expressions, and are shown while it waits', async () => {
    const { run, result } = await temporal.start(
      asked({
        title: "{% 'Publish ' & $count($input.files) & ' files?' %}",
        description: '{% $input.files.name %}',
      }),
      { input: { files: [{ name: 'a' }, { name: 'b' }] } },
    );
    const question = { title: 'Publish 2 files?', description: '["a","b"]' };
    await expect.poll(async () => (await run.snapshot()).tasks['ok']?.question).toEqual(question);
    await run.approve('ok');
    expect((await result()).tasks['ok']).toMatchObject({ status: 'succeeded', question });
  });

  test('an approval whose title gives nothing fails, and the failure names the expression', async () => {
    const { status, tasks } = await temporal.run(asked({ title: '{% $input.misspelled %}' }));
    expect(status).toBe('failed');
    expect(tasks['ok']).toMatchObject({
      failure: {
        type: 'ExpressionFailed',
        message: 'approve.title: {% $input.misspelled %}: expected text, got nothing',
      },
    });
  });

  test('a rejected approval fails the task with the comment', async () => {
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

  test('an approval that times out fails the task', async () => {
    const { status, tasks } = await temporal.run(asked({ timeout: '3d' }));
    expect(status).toBe('failed');
    expect(tasks['ok']).toMatchObject({ status: 'failed', failure: { type: 'TimedOut' } });
    expect(elapsed(tasks['ok']!)).toBeGreaterThanOrEqual(72 * hour);
  });

  test('an approval that times out is given if onTimeout is approve', async () => {
    const { status, tasks } = await temporal.run(asked({ timeout: '3d', onTimeout: 'approve' }));
    expect(status).toBe('completed');
    expect(tasks['ok']!.output).toMatchObject({ approved: true, by: null });
  });

  test('approve is rejected for a task that is not an approval, does not wait, or does not exist', async () => {
    const { run, result } = await temporal.start({
      name: 'asked',
      tasks: { first: { wait: '1h' }, ok: { approve: { title: 'ok?' }, needs: ['first'] } },
    });
    await expect(run.approve('first')).rejects.toThrow('task first is not an approval: it is of kind wait');
    await expect(run.approve('ok')).rejects.toThrow('task ok is pending: it does not wait for an answer');
    await expect(run.approve('oh')).rejects.toThrow(/has no task "oh"; did you mean "ok"/);
    await temporal.env.sleep('2h');
    await run.approve('ok');
    await result();
    await expect(run.approve('ok')).rejects.toThrow(`run ${run.id} has ended (completed)`);
  });

  test('an approval is accepted only once', async () => {
    const { run, result } = await temporal.start({
      name: 'asked',
      tasks: { ok: { approve: { title: 'ok?' } }, hold: { wait: '1h' } },
    });
    await run.approve('ok');
    await expect(run.approve('ok', { reject: true })).rejects.toThrow(
      'task ok is succeeded: it does not wait for an answer',
    );
    expect((await result()).status).toBe('completed');
  });
});

describe('a wait', () => {
  test('a wait for a duration ends after it', async () => {
    const { tasks } = await temporal.run(one({ wait: '26h' }));
    expect(tasks['it']!.status).toBe('succeeded');
    expect(elapsed(tasks['it']!)).toBeGreaterThanOrEqual(26 * hour);
  });

  test('a wait until a time ends at that time', async () => {
    const at = new Date((await temporal.env.currentTimeMs()) + 5 * hour).toISOString();
    const { tasks } = await temporal.run(one({ wait: { until: at } }));
    expect(tasks['it']!.output).toEqual({ at });
    expect(Date.parse(tasks['it']!.endedAt!)).toBeGreaterThanOrEqual(Date.parse(at));
  });

  test('a wait until a time that has passed ends immediately', async () => {
    const { tasks } = await temporal.run(one({ wait: '2020-01-01T00:00:00Z' }));
    expect(tasks['it']).toMatchObject({ status: 'succeeded', output: { at: '2020-01-01T00:00:00.000Z' } });
    expect(elapsed(tasks['it']!)).toBeLessThan(hour);
  });

  test('a wait takes its duration from an expression', async () => {
    const { tasks } = await temporal.run(one({ wait: { for: '{% $input.hours & "h" %}' } }), { input: { hours: 3 } });
    expect(elapsed(tasks['it']!)).toBeGreaterThanOrEqual(3 * hour);
  });

  test.each([42, 'soon', null, '9999d'])('a wait for %j fails', async (value) => {
    const { tasks } = await temporal.run(one({ wait: '{% $input.value %}' }), { input: { value } });
    expect(tasks['it']).toMatchObject({ status: 'failed', failure: { type: 'ExpressionFailed' } });
    expect(tasks['it']!.failure!.message).toContain('expected a duration');
  });
});

describe('an event', () => {
  const paid: Task = { event: '{% "paid-" & $input.order %}' };

  test('an event that comes while the task waits is its output', async () => {
    const { run, result } = await temporal.start(one(paid), { input: { order: 7 } });
    expect((await run.snapshot()).tasks['it']!.status).toBe('running');
    await expect(run.deliverEvent('paid-8', 'not mine')).rejects.toThrow('did you mean "paid-7"?');
    await run.deliverEvent('paid-7', { amount: 3 });
    expect((await result()).tasks['it']).toMatchObject({ status: 'succeeded', output: { amount: 3 } });
  });

  test('an event that comes before the task waits is kept for it', async () => {
    const { run, result } = await temporal.start({
      name: 'early',
      tasks: { first: { wait: '1h' }, it: { event: 'go', needs: ['first'] } },
    });
    await run.deliverEvent('go', 'early');
    expect((await result()).tasks['it']!.output).toBe('early');
  });

  test('an event goes to one of two waiting tasks, the next event to the other', async () => {
    const { run, result } = await temporal.start({ name: 'two', tasks: { a: { event: 'go' }, b: { event: 'go' } } });
    await run.deliverEvent('go', 1);
    await expect.poll(async () => (await run.snapshot()).tasks['a']!.status).toBe('succeeded');
    expect((await run.snapshot()).tasks['b']!.status).toBe('running');
    await run.deliverEvent('go', 2);
    const { tasks } = await result();
    expect([tasks['a']!.output, tasks['b']!.output]).toEqual([1, 2]);
  });

  test('an event that does not come in time fails the task', async () => {
    const { tasks } = await temporal.run(one({ event: { name: 'go', timeout: '2d' } }));
    expect(tasks['it']).toMatchObject({
      status: 'failed',
      failure: { type: 'TimedOut', message: 'no event "go" came in time' },
    });
  });

  test('an event task whose name is not a string fails', async () => {
    const { tasks } = await temporal.run(one({ event: '{% 42 %}' }));
    expect(tasks['it']).toMatchObject({ status: 'failed', failure: { type: 'ExpressionFailed' } });
  });

  test('an invalid signal is dropped, with a note and no other effect', async () => {
    const { id, run, result } = await temporal.start(one({ event: 'go' }));
    await temporal.env.client.workflow.getHandle(id).signal('deliverEvent', 'garbage');
    await run.deliverEvent('go');
    const { tasks, droppedEvents } = await result();
    expect(tasks['it']).toMatchObject({ status: 'succeeded', output: null });
    expect(droppedEvents).toEqual({ count: 1, name: '"garbage"', reason: 'it is not an event' });
  });
});
