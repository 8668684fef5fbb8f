// Messages that reach a run in its first Workflow Task, before anything of it has started.
import { ApplicationFailure, WithStartWorkflowOperation, WorkflowUpdateFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { prepareRun } from '../../src/client/prepare-run.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { ORCHESTRATE } from '../../src/domain/run/input.js';
import { MESSAGES } from '../../src/domain/run/messages.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

const temporal = useDevServer();

const plan: Plan = {
  name: 'asked',
  tasks: {
    ok: { approve: { title: 'ok?' } },
    later: { approve: { title: 'later?' }, needs: ['ok'] },
    hold: { event: { name: 'end' } },
  },
};

/** Starts a run, and sends it an update that its first Workflow Task handles. */
async function startWith(id: string, update: string, message: unknown): Promise<unknown> {
  const { client } = temporal.env;
  const startWorkflowOperation = new WithStartWorkflowOperation(ORCHESTRATE, {
    workflowId: id,
    taskQueue: TEST_QUEUE,
    args: [prepareRun(plan, undefined, { agents: [], plans: new Map() }, {})],
    workflowIdConflictPolicy: 'FAIL',
  });
  return await client.workflow
    .executeUpdateWithStart(update, { args: [message], startWorkflowOperation })
    .catch((error: unknown) => error);
}

const answer = (task: string) => ({ task, decision: 'approve' });

test('a message for a task that is about to start is rejected as too early, and one for a later task is refused', async () => {
  const causeOf = async (task: string) => {
    const error = await startWith(`early-${task}`, MESSAGES.approve, answer(task));
    expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
    return (error as WorkflowUpdateFailedError).cause as ApplicationFailure;
  };
  const early = await causeOf('ok');
  expect(early.message).toBe('task ok is pending: it does not wait for an answer');
  expect(early.details).toEqual([{ tooEarly: true }]);
  expect((await causeOf('later')).details ?? []).toEqual([]);
});

test('approve, pause, resume, skip and event directly after the start of a run are accepted', async () => {
  const { run, result } = await temporal.start(plan);
  await Promise.all([run.approve('ok'), run.deliverEvent('end')]);
  await run.approve('later');
  expect((await result()).status).toBe('completed');
  const other = await temporal.start(plan);
  await other.run.pause();
  await other.run.resume();
  await other.run.skipTask('later');
  await other.run.approve('ok');
  await other.run.deliverEvent('end');
  expect((await other.result()).tasks['later']!.status).toBe('skipped');
});
