import type { Agent } from '../domain/agent.js';

/** Holds a share of an agent's capacity for the time of a call: a pool's place in the pipeline. */
export type Lease = <T>(agent: Agent, call: () => Promise<T>) => Promise<T>;

export const unlimitedLease: Lease = (_agent, call) => call();
