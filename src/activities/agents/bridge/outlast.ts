// Asks a system again while it is away. Its job continues meanwhile, so a restart or a cut of the network does not fail the call.
import type { AgentContext } from '../../../domain/agent/agent.js';
import { writeDuration } from '../../../domain/duration.js';
import { isRetryable } from '../../../domain/failure.js';
import { AgentError } from '../../errors/agent-error.js';
import { messageOf } from '../../errors/truncate-error.js';
import type { Clock } from './clock.js';
import { pauses } from './pace.js';

/** Longer than a restart of any of these systems takes. After that the attempt fails, and the next one attaches to the same job. */
export const PATIENCE_MS = 10 * 60_000;

export interface Outlasting {
  readonly context: Pick<AgentContext, 'signal' | 'log'>;
  readonly clock: Clock;
  /** The job, for the log. */
  readonly what: string;
}

/** Throws what `ask` throws: immediately if asking again would not help, else after ten minutes without an answer. */
export async function outlast<T>({ context, clock, what }: Outlasting, ask: () => Promise<T>): Promise<T> {
  const pause = pauses();
  let since: number | undefined;
  for (;;) {
    try {
      const answer = await ask();
      if (since !== undefined) context.log.info(`${what} can be asked again`);
      return answer;
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof AgentError) || !isRetryable(error.type)) throw error;
      const now = clock.now();
      if (since === undefined) {
        since = now;
        const patience = writeDuration(PATIENCE_MS);
        context.log.warn(`${what} cannot be asked; it is asked again for ${patience}: ${messageOf(error)}`);
      }
      if (now - since >= PATIENCE_MS) throw error;
      await clock.sleep(Math.max(error.retryAfterMs ?? 0, pause.next().value), context.signal);
    }
  }
}
