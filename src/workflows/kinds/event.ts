// Waits for an event of a name. An event is used up by the task that gets it: first come, first served, and one that
// came before anybody waited for it is kept. What a task got is noted in progress in the same breath as it leaves the
// inbox, for the run may continue as new before the task has settled.
import { condition } from '@temporalio/workflow';
import { ExpressionError } from '../../domain/expression.js';
import { failure } from '../../domain/failure.js';
import { stateOf } from '../../domain/progress.js';
import { inTime } from '../../domain/soon.js';
import { render, report, type Run } from '../run.js';
import { msLeft } from './limit.js';
import type { Settled, Work } from './work.js';

export async function performEvent(run: Run, work: Work): Promise<Settled> {
  const event = work.task.task.event!;
  const { name: template, timeout } = typeof event === 'string' ? { name: event } : event;
  const name = await inTime(render(run, template, work.scope));
  if (typeof name !== 'string') throw new ExpressionError(`event: expected a name, got ${JSON.stringify(name)}`);
  const state = stateOf(run.progress, work.task.id);
  const hasCome = () => state.answer !== undefined || take(run, work.task.id, name);
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

/** True if there was an event to take. */
function take(run: Run, task: string, name: string): boolean {
  const queue = run.inbox.get(name);
  if (queue === undefined || queue.length === 0) return false;
  report(run, { type: 'answered', task, answer: { data: queue.shift() } });
  if (queue.length === 0) run.inbox.delete(name);
  return true;
}
