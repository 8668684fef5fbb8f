// A strategy chooses one of the resources that have room. It depends on its arguments alone; what it must remember from one choice to
// the next is in `memory`, which is data.

export interface Candidate {
  readonly id: string;
  readonly weight: number;
  /** Calls at the same time, now: at least one more than `inUse`. */
  readonly limit: number;
  readonly inUse: number;
}

export interface StrategyMemory {
  /** The id of the resource that was chosen last. */
  last?: string;
  /** The accumulated weight of each resource, less what it was given. */
  credit?: Record<string, number>;
}

export interface StrategyContext {
  /** The key of the call, if it has one. */
  readonly key?: string | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly memory: StrategyMemory;
}

/** `candidates` has at least one element, and the order of the pool's resources. */
export type Strategy = <C extends Candidate>(candidates: readonly C[], choosing: StrategyContext) => C;

/** The part of the limit that is in use. */
export const load = ({ inUse, limit }: Candidate): number => inUse / limit;
