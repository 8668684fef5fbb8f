export interface MutationGroup {
  readonly mutate: string[];
  readonly tests: string[];
}

/** The group of this name, or all of them together. */
export declare const groupOf: (name: string | undefined) => MutationGroup;
