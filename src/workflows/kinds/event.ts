// Waits for an event of a name. An event is used up by the task that gets it: first come, first served, and one that
// came before anybody waited for it is kept.
import { condition } from '@temporalio/workflow';
import { ExpressionError } from '../../domain/expression.js';
import { failure } from '../../domain/failure.js';
import { inTime } from '../../domain/soon.js';
import { render, type Run } from '../run.js';
import { msLeft } from './limit.js';
import type { Settled, Work } from './work.js';

export async function performEvent(run: Run, work: Work): Promise<Settled> {
  const event = work.task.task.event!;
  const { name: template, timeout } = typeof event === 'string' ? { name: event } : event;
  const name = await inTime(render(run, template, work.scope));
  if (typeof name !== 'string') throw new ExpressionError(`event: expected a name, got ${JSON.stringify(name)}`);
  for (;;) {
    const ms = msLeft(run, work, timeout);
    const hasCome = () => (run.inbox.get(name)?.length ?? 0) > 0;
    const came = ms === undefined ? (await condition(hasCome), true) : await condition(hasCome, ms);
    if (!came) {
      const why = failure('TimedOut', `no event ${JSON.stringify(name)} came in time`);
      return { outcome: { status: 'failed', attempts: 0, failure: why } };
    }
    const queue = run.inbox.get(name);
    // Another task that waits for the same name may have been first.
    if (queue === undefined || queue.length === 0) continue;
    const data = queue.shift();
    if (queue.length === 0) run.inbox.delete(name);
    return { outcome: { status: 'succeeded', output: data ?? null, attempts: 0 } };
  }
}
