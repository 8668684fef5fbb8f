// A call that was taken by a worker without its agent, as happens in the middle of a deployment. The agent was not called, so this
// does not use up an attempt: the call waits for a worker that has the agent.
import type { AgentLog } from '../../domain/agent/agent.js';
import { formatDuration } from '../../domain/duration.js';
import { AgentError } from '../errors/agent-error.js';
import type { Attempt } from './attempt.js';

/** The time that Kubernetes gives a deployment to make progress (`progressDeadlineSeconds`). */
export const LONGEST_MISSING_MS = 10 * 60_000;

/** The delay between two tries is random, between half of this and this; it doubles with each try. Each try costs the server a dispatch. */
const FIRST_TRY_MS = 1_000;
const LAST_TRY_MS = 15_000;

/** At most one warning a minute for each agent, however many calls wait. */
const WARN_EVERY_MS = 60_000;

export interface MissingAgent {
  readonly error: AgentError;
  /** True if the call has waited for as long as it may. */
  readonly isOver: boolean;
}

export type NoteMissing = (missing: AgentError, agent: string, attempt: Attempt, log: AgentLog) => MissingAgent;

/** For one worker, which remembers when it last warned. */
export function createMissingAgents(random: () => number): NoteMissing {
  const warnedAt = new Map<string, number>();
  return (error, agent, attempt, log) => {
    // Both times are the server's, which all workers share.
    const { since, times } = attempt.missing ?? { since: attempt.scheduledMs, times: 0 };
    attempt.missing = { agent, since, times: times + 1 };
    const isOver = attempt.scheduledMs - since >= LONGEST_MISSING_MS;
    if (!isOver && performance.now() - (warnedAt.get(agent) ?? -Infinity) >= WARN_EVERY_MS) {
      warnedAt.set(agent, performance.now());
      log.warn(`${error.message}; its calls wait for another worker, at most ${formatDuration(LONGEST_MISSING_MS)}`);
    }
    const ceilingMs = Math.min(LAST_TRY_MS, FIRST_TRY_MS * 2 ** times);
    const what = isOver ? `; no worker that took the call had it for ${formatDuration(LONGEST_MISSING_MS)}` : '';
    return {
      isOver,
      error: new AgentError(`${error.message}${what}`, {
        type: 'AgentNotHere',
        retryAfterMs: ceilingMs * (0.5 + random() / 2),
      }),
    };
  };
}
