import type { Agent, AgentCard } from './agent.js';
import type { Estimate } from './budget.js';
import { poolUseOf } from './pool/use.js';

/** Only what orchestrating needs, of those agents that declare any of it. */
export function cardsOf(agents: readonly Agent[]): Record<string, AgentCard> {
  const cards = agents.map(({ type, timeout, heartbeat, retry, estimate, taskQueue, breaker, rateLimit, ...rest }) => {
    const guarded = breaker === undefined && poolUseOf({ type, ...rest }) === undefined ? undefined : true;
    const isLimited = rateLimit === undefined || taskQueue !== undefined ? undefined : true;
    const card = Object.entries({ timeout, heartbeat, retry, estimate, taskQueue, guarded, isLimited }).filter(
      ([, value]) => value !== undefined,
    );
    return [type, Object.fromEntries(card)] as const;
  });
  return Object.fromEntries(cards.filter(([, card]) => Object.keys(card).length > 0));
}

/** What they are expected to use, where they say so. */
export const estimatesIn = (cards: Readonly<Record<string, AgentCard>>): Record<string, Estimate> =>
  Object.fromEntries(
    Object.entries(cards).flatMap(([type, { estimate }]) =>
      estimate === undefined ? [] : [[type, estimate] as const],
    ),
  );
