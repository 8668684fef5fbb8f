// Waits for an event with a given name. Each event goes to one task, first come, first served; an event that comes before a task
// waits for it is kept. An event is taken out of the inbox and recorded in progress in one step, because the run may continue as
// new before the task has settled.
import { condition } from '@temporalio/workflow';
import { ExpressionError } from '../../domain/expression/expression.js';
import { failure } from '../../domain/failure.js';
import { stateOf } from '../../domain/progress/progress.js';
import { render, report, wake, type Run } from '../run.js';
import { msLeft } from './time-limit.js';
import type { Settlement, Work } from './work.js';

export async function performEvent(run: Run, work: Work): Promise<Settlement> {
  const event = work.task.task.event!;
  const { name: template, timeout } = typeof event === 'string' ? { name: event } : event;
  const name = await render(run, template, work.scope);
  if (typeof name !== 'string') throw new ExpressionError(`event: expected a name, got ${JSON.stringify(name)}`);
  run.awaited.set(work.task.id, name);
  // The name is known after the loop has begun to wait.
  if (run.rules >= 3) wake(run);
  const state = stateOf(run.progress, work.task.id);
  if (state.answer === undefined && run.inbox.countOf(name) === 0) run.journal.waits(work.task.id, name, Date.now());
  const hasCome = () => state.answer !== undefined || takeEvent(run, work.task.id, name);
  const ms = msLeft(run, work, timeout);
  if (ms === undefined) await condition(hasCome);
  else await condition(hasCome, ms);
  if (state.answer === undefined) {
    const why = failure('TimedOut', `no event ${JSON.stringify(name)} came in time`);
    return { outcome: { status: 'failed', attempts: 0, failure: why } };
  }
  const { data } = state.answer as { data: unknown };
  return { outcome: { status: 'succeeded', output: data ?? null, attempts: 0 } };
}

/** Takes an event for the task. True if there was one. */
function takeEvent(run: Run, task: string, name: string): boolean {
  const event = run.inbox.take(name);
  if (event === undefined) return false;
  report(run, { type: 'answered', task, answer: event });
  return true;
}
