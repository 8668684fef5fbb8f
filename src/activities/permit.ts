import type { Agent } from '../domain/agent.js';

/** Asks leave to call an agent: a breaker's place in the pipeline. Throws `Overloaded` where it is refused. */
export type Permit = <T>(agent: Agent, call: () => Promise<T>) => Promise<T>;

export const alwaysPermit: Permit = (_agent, call) => call();
