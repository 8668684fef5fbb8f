// Agent cards: what a run carries of the agents that its plan may call.
import type { Agent, AgentCard } from './agent.js';
import type { Estimate } from '../budget/budget.js';
import { poolUseOf } from '../pool/agent-pool.js';

/** By type; agents that declare nothing that a card holds have none. */
export function cardsOf(agents: readonly Agent[]): Record<string, AgentCard> {
  const cards = agents.map(
    ({
      type,
      timeout,
      heartbeat,
      retry,
      estimate,
      maxOutput,
      taskQueue,
      graceMs,
      breaker,
      rateLimit,
      isRemote,
      ...rest
    }) => {
      const guarded = breaker === undefined && poolUseOf({ type, ...rest }) === undefined ? undefined : true;
      const isLimited = rateLimit === undefined || taskQueue !== undefined ? undefined : true;
      const card = Object.entries({
        timeout,
        heartbeat,
        retry,
        estimate,
        maxOutput,
        taskQueue,
        guarded,
        isLimited,
        graceMs,
        isRemote,
        idle: isRemote === undefined ? undefined : rest.idle,
      }).filter(([, value]) => value !== undefined);
      return [type, Object.fromEntries(card)] as const;
    },
  );
  return Object.fromEntries(cards.filter(([, card]) => Object.keys(card).length > 0));
}

/** The estimates of the agents that declare one, by type. */
export const estimatesIn = (cards: Readonly<Record<string, AgentCard>>): Record<string, Estimate> =>
  Object.fromEntries(
    Object.entries(cards).flatMap(([type, { estimate }]) =>
      estimate === undefined ? [] : [[type, estimate] as const],
    ),
  );
