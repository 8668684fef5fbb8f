// A strategy chooses one of the resources that have room. It is a function of what it is given; what it must remember from one
// choice to the next is in `memory`, which is data.

export interface Candidate {
  readonly id: string;
  readonly weight: number;
  /** Calls at once, as of now: at least one more than `inUse`. */
  readonly limit: number;
  readonly inUse: number;
}

export interface StrategyMemory {
  /** Chosen last. */
  last?: string;
  /** What each has coming to it. */
  credit?: Record<string, number>;
}

export interface Choosing {
  /** Absent where nobody gave one. */
  readonly key?: string | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly memory: StrategyMemory;
}

/** `candidates` is not empty, and in the order of the pool's resources. */
export type Strategy = <C extends Candidate>(candidates: readonly C[], choosing: Choosing) => C;

/** The part of its capacity that is in use. */
export const loadOf = ({ inUse, limit }: Candidate): number => inUse / limit;
