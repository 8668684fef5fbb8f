// What is asked of a run by others than Baton's client is refused in one sentence, and never wedges the run.
import { ApplicationFailure, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { RefusedError } from '../../src/client/errors.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { TEST_QUEUE, useTimeSkipping } from '../support/temporal.js';

const temporal = useTimeSkipping();

let count = 0;

/** Starts the Workflow as any client could. */
async function failureOf(...args: unknown[]): Promise<ApplicationFailure> {
  const run = await temporal.env.client.workflow.start('orchestrate', {
    taskQueue: TEST_QUEUE,
    workflowId: `raw-${++count}`,
    args,
  });
  const error: unknown = await run.result().catch((caught: unknown) => caught);
  if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
  return error.cause;
}

describe('a run that is started past the client', () => {
  const good: Plan = { name: 'good', tasks: { a: { agent: 'echo' } } };
  const cyclic: Plan = { name: 'c', tasks: { a: { agent: 'echo', needs: ['b'] }, b: { agent: 'echo', needs: ['a'] } } };
  const nested = (depth: number): Plan =>
    depth === 0 ? good : { name: `n${depth}`, tasks: { a: { plan: nested(depth - 1) } } };

  test.each([
    ['no input at all', [], 'InvalidInput', /expected object/],
    ['an input that is no object', ['plan'], 'InvalidInput', /expected object/],
    ['a key that it does not know', [{ plan: good, paln: 1 }], 'InvalidInput', /paln/],
    [
      'agents that are none',
      [{ plan: good, agents: { echo: { timeout: 'soon' } } }],
      'InvalidInput',
      /agents.echo.timeout/,
    ],
    ['no plan', [{}], 'InvalidInput', /^plan: /],
    ['a plan that is none', [{ plan: [] }], 'InvalidPlan', /expected an object with name and tasks/],
    ['a plan with a cycle', [{ plan: cyclic }], 'InvalidPlan', /a.*b.*a/],
    [
      'a plan with unknown needs',
      [{ plan: { ...good, tasks: { a: { agent: 'x', needs: ['z'] } } } }],
      'InvalidPlan',
      /"z"/,
    ],
    ['a plan of which a part is missing', [{ plan: { name: 'p', tasks: { a: { plan: 'q' } } } }], 'InvalidPlan', /"q"/],
    ['plans that go too deep', [{ plan: nested(11) }], 'InvalidPlan', /at most 10 levels/],
    [
      'a plan that is too deep already',
      [{ plan: good, parent: { run: 'r', task: 't', depth: 11 } }],
      'InvalidPlan',
      /deep/,
    ],
    [
      'progress that is none',
      [{ plan: good, carried: { progress: { phase: 'running', tasks: {} } } }],
      'InternalError',
      /defect/,
    ],
  ])('a run that another client starts with %s fails without retry', async (_, args, type, message) => {
    const failure = await failureOf(...args);
    expect(failure).toMatchObject({ type, nonRetryable: true });
    expect(failure.message).toMatch(message);
  });
});

describe('ids', () => {
  test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'prototype'])(
    'the id %s works for a task, an agent, a plan and a key',
    async (id) => {
      const inner: Plan = {
        name: id,
        tasks: { [id]: { agent: 'echo', input: '{% $input %}' } },
        output: `{% $tasks.${id}.output %}`,
      };
      const { status, tasks } = await temporal.run(
        {
          name: id,
          tasks: {
            [id]: { agent: id, input: { [id]: 1 } },
            each: { agent: 'echo', forEach: { items: [1] }, input: `{% $tasks.${id}.output.${id} %}` },
            sub: { plan: id, input: `{% $tasks.${id}.output %}` },
          },
        },
        { agents: { [id]: (input) => input }, plans: { [id]: inner } },
      );
      expect(status).toBe('completed');
      expect(tasks['each']!.output).toEqual([1]);
      expect(tasks['sub']!.output).toEqual({ [id]: 1 });
    },
  );
});

describe('a message', () => {
  const refusal = async (name: string, ...args: unknown[]): Promise<string> => {
    const { run } = await temporal.start({ name: 'asked', tasks: { ok: { approve: { title: 'ok?' } } } });
    const handle = temporal.env.client.workflow.getHandle(run.id);
    const [message] = args;
    const sent =
      args.length === 0 ? handle.executeUpdate(name) : handle.executeUpdate<void, [unknown]>(name, { args: [message] });
    const error: unknown = await sent.catch((caught: unknown) => caught);
    expect((await run.snapshot()).tasks['ok']!.status).toBe('running');
    await handle.terminate();
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    return error.cause!.message;
  };

  test.each([
    ['approve', [{ task: 'ok', decision: 'maybe' }], /^decision: /],
    ['approve', [{ task: 7, decision: 'approve' }], /^task: /],
    ['approve', ['ok'], /expected object/],
    ['approve', [], /expected object/],
    ['approve', [{ task: 'constructor', decision: 'approve' }], /has no task "constructor"/],
    ['skipTask', [{ task: '__proto__' }], /has no task "__proto__"/],
    ['retryTask', [{ task: 'ok' }], /^task ok is of kind approve: only calls of agents can be retried$/],
    ['resume', [], /is not paused$/],
  ])('message %s %j is rejected in one line', async (name, args, message) => {
    const said = await refusal(name, ...args);
    expect(said).toMatch(message);
    expect(said).not.toContain('\n');
  });
});

describe('an id that a run has already', () => {
  const plan: Plan = {
    name: 'ids',
    input: { type: 'object' },
    tasks: { a: { agent: 'echo', input: '{% $input.to %}' }, b: { plan: 'named', needs: ['a'] } },
  };
  const named: Plan = { name: 'named', tasks: { c: { agent: 'echo', input: 1 } } };
  const plans = (other: Plan = named) => new Map([['named', other]]);
  const baton = (known = plans()) => Baton.fromClient(temporal.env.client, { taskQueue: TEST_QUEUE, plans: known });
  const renamed = { ...plan, tasks: { ...plan.tasks, a: { agent: 'other', input: '{% $input.to %}' } } };

  const refusalOf = async (attempt: Promise<unknown>): Promise<string> => {
    const error: unknown = await attempt.catch((caught: unknown) => caught);
    if (!(error instanceof RefusedError)) throw error;
    return error.message;
  };

  test('the same plan and input find the run, whatever budget and tenant are given', async () => {
    await baton().start(plan, { id: 'ids-1', input: { to: 'x', list: [1] } });
    const other = { id: 'ids-1', input: { list: [1], to: 'x' }, budget: { calls: 7 }, tenant: 'acme' };
    expect(await baton().startOrFind(plan, other)).toMatchObject({ run: { id: 'ids-1' }, isNew: false });
  });

  test('another input, plan or plan below is refused, and the difference is named', async () => {
    const input = { to: 'x' };
    await baton().start(plan, { id: 'ids-2', input });
    const start = (more: object, known = plans()) =>
      refusalOf(baton(known).start('name' in more ? more : plan, { id: 'ids-2', input, ...more }));
    expect(await start({ input: { to: 'y', also: [1] } })).toBe(
      'run ids-2 exists already, and has another input: input.to: "x" there, "y" here; input.also: nothing there, [1] here; ' +
        'use another id for this run',
    );
    expect(await start(renamed)).toBe(
      'run ids-2 exists already, and has another plan: plan.tasks.a.agent: "echo" there, "other" here; use another id for this run',
    );
    expect(await start({}, plans({ ...named, description: 'new' }))).toBe(
      'run ids-2 exists already, and has another plan below a task: plans.named.description: nothing there, "new" here; ' +
        'use another id for this run',
    );
  });

  test('a rerun and a new run are not the same run, nor are reruns of different runs', async () => {
    const one = await baton().start(plan, { id: 'ids-3', input: { to: 'x' } });
    await baton().rerun(one.id, { id: 'ids-3-fork' });
    await baton().rerun(one.id, { id: 'ids-3-fork' });
    expect(await refusalOf(baton().start(plan, { id: 'ids-3-fork', input: { to: 'x' } }))).toContain(
      'run ids-3-fork exists already, and has another origin: forkOf: {"run":"ids-3","from":[]} there, nothing here',
    );
    expect(await refusalOf(baton().rerun(one.id, { id: 'ids-3-fork', from: ['a'] }))).toContain(
      'forkOf.from[0]: nothing there, "a" here',
    );
  });

  test('the id of a Workflow that is not a run of Baton is refused', async () => {
    const stranger = await temporal.env.client.workflow.start('not-ours', { taskQueue: 'none', workflowId: 'ids-4' });
    expect(await refusalOf(baton().start(plan, { id: 'ids-4', input: {} }))).toBe('ids-4 is not a run of Baton');
    await stranger.terminate();
  });
});

test('starting a run with an existing id returns the existing run', async () => {
  const plan: Plan = { name: 'twice', tasks: { a: { agent: 'echo' } } };
  const first = await temporal.start(plan, { id: 'twice' });
  await first.result();
  const second = await temporal.start(plan, { id: 'twice' });
  await second.result();
  expect([first.calls.length, second.calls.length]).toEqual([1, 0]);
});
