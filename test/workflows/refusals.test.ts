// What is asked of a run by others than Baton's client is refused in one sentence, and never wedges the run.
import { ApplicationFailure, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
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

test('starting a run with an existing id returns the existing run', async () => {
  const plan: Plan = { name: 'twice', tasks: { a: { agent: 'echo' } } };
  const first = await temporal.start(plan, { id: 'twice' });
  await first.result();
  const second = await temporal.start(plan, { id: 'twice' });
  await second.result();
  expect([first.calls.length, second.calls.length]).toEqual([1, 0]);
});
