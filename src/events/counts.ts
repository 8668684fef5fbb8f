// What a gateway has done for one subscription since it started, and what it waits for.

export interface Counts {
  received: number;
  started: number;
  attached: number;
  delivered: number;
  kept: number;
  skipped: number;
  dead: number;
}

export interface SubscriptionState {
  readonly counts: Counts;
  /** Why nothing of the subscription is processed now. */
  trouble: string | undefined;
}

export const createState = (): SubscriptionState => ({
  counts: { received: 0, started: 0, attached: 0, delivered: 0, kept: 0, skipped: 0, dead: 0 },
  trouble: undefined,
});

/** What has changed since an earlier copy of the counts, as `3 started, 1 skipped`; empty if nothing has. */
export function changeText(counts: Readonly<Counts>, before: Readonly<Counts>): string {
  const names = Object.keys(counts) as (keyof Counts)[];
  return names
    .flatMap((name) => (counts[name] > before[name] ? [`${counts[name] - before[name]} ${name}`] : []))
    .join(', ');
}
