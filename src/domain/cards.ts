import type { Agent, AgentCard } from './agent.js';

/** Only what orchestrating needs, of those agents that declare any of it. */
export function cardsOf(agents: readonly Agent[]): Record<string, AgentCard> {
  const cards = agents.map(({ type, timeout, heartbeat, retry, estimate, taskQueue }) => {
    const card = Object.entries({ timeout, heartbeat, retry, estimate, taskQueue }).filter(
      ([, value]) => value !== undefined,
    );
    return [type, Object.fromEntries(card)] as const;
  });
  return Object.fromEntries(cards.filter(([, card]) => Object.keys(card).length > 0));
}
