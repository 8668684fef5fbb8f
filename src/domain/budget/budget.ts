// The budget of a run: limits as a person writes them, and arithmetic on their numbers. A plain number is a hard limit; without a
// soft limit, the hard one is both.
import { z } from 'zod';
import { Usage } from '../call/usage.js';
import { Duration, durationMs, parseDuration, writeDuration } from '../duration.js';
import { shown } from '../problem.js';

const Count = z.int().min(0);
const Money = z.number().min(0);

/** The fields of a usage that can be limited. */
export const AMOUNTS = ['calls', 'tokens', 'usd'] as const satisfies readonly (keyof Usage)[];

export type Amount = (typeof AMOUNTS)[number];

const limitSize = (value: string | number): number => (typeof value === 'number' ? value : (parseDuration(value) ?? 0));

const limitSchema = <T extends string | number>(amount: z.ZodType<T>) =>
  z.union([
    amount,
    z.strictObject({ soft: amount, hard: amount }).superRefine(({ soft, hard }, context) => {
      if (limitSize(soft) <= limitSize(hard)) return;
      const message = `expected at most the hard limit, ${shown(hard)}, got ${shown(soft)}`;
      context.addIssue({ code: 'custom', path: ['soft'], params: { problem: 'plan.out-of-range' }, message });
    }),
  ]);

/** `duration` counts from the start of the run. */
export const Budget = z.strictObject({
  calls: limitSchema(Count).optional(),
  tokens: limitSchema(Count).optional(),
  usd: limitSchema(Money).optional(),
  duration: limitSchema(Duration).optional(),
});
export type Budget = z.infer<typeof Budget>;

/** What one call of an agent is expected to use; reserved before the call is made. */
export const Estimate = z.strictObject({
  calls: Count.optional(),
  tokens: Count.optional(),
  usd: Money.optional(),
});
export type Estimate = z.infer<typeof Estimate>;

/** The estimate for an agent that declares none: one call, no cost. */
export const DEFAULT_ESTIMATE: Usage = { calls: 1, tokens: 0, usd: 0 };

const hasAnyValue = (value: object) => Object.values(value).some((part) => part !== undefined);

/** The amounts by which limits are raised. */
export const BudgetAddition = z
  .strictObject({
    calls: z.int().min(1).optional(),
    tokens: z.int().min(1).optional(),
    usd: z.number().positive().optional(),
    duration: Duration.optional(),
  })
  .refine(hasAnyValue, {
    message: 'expected at least one of calls, tokens, usd and duration',
    // Other issues have been reported already.
    when: ({ issues }) => issues.length === 0,
  });
export type BudgetAddition = z.infer<typeof BudgetAddition>;

export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

/** `duration` in milliseconds. */
export type Limits = Readonly<Partial<Record<Amount | 'duration', Limit>>>;

/** Turns a budget into numbers. */
export function parseLimits(budget: Budget = {}): Limits {
  return Object.fromEntries(
    Object.entries(budget).flatMap(([key, written]) => {
      if (written === undefined) return [];
      const { soft, hard } = typeof written === 'object' ? written : { soft: written, hard: written };
      const size = (value: string | number) => (typeof value === 'number' ? value : durationMs(value));
      return [[key, { soft: size(soft), hard: size(hard) }]];
    }),
  );
}

/** Turns numbers back into a budget, as a person would write it. */
export function formatLimits({ duration, ...amounts }: Limits): Budget {
  const written = (limit: Limit, write: (size: number) => string | number) =>
    limit.soft === limit.hard ? write(limit.hard) : { soft: write(limit.soft), hard: write(limit.hard) };
  const entries = Object.entries(amounts).map(([key, limit]) => [key, written(limit, (size) => size)] as const);
  return {
    ...Object.fromEntries(entries),
    ...(duration === undefined ? {} : { duration: written(duration, writeDuration) }),
  } as Budget;
}

/** The budget of a run: each limit given at the start replaces the same limit of the plan. */
export function chooseBudget(plan: Budget | undefined, run: Budget | undefined): Budget | undefined {
  const chosen = { ...plan, ...run };
  return hasAnyValue(chosen) ? chosen : undefined;
}

/** The limits of a run, with what it has spent and reserved: part of a RunResult. */
export const BudgetStanding = z.strictObject({
  limits: Budget,
  spent: Usage,
  reserved: Usage,
});
export type BudgetStanding = z.infer<typeof BudgetStanding>;

/** The limits minus this usage and this time. */
export function remainingLimits({ duration, ...amounts }: Limits, spent: Usage, ms = 0): Limits {
  const left = AMOUNTS.flatMap((amount) => {
    const limit = amounts[amount];
    const rest = (most: number) => Math.max(0, most - spent[amount]);
    return limit === undefined ? [] : [[amount, { soft: rest(limit.soft), hard: rest(limit.hard) }] as const];
  });
  return {
    ...Object.fromEntries(left),
    ...(duration === undefined ? {} : { duration: { soft: duration.soft - ms, hard: duration.hard - ms } }),
  };
}

/** For each limit, the lowest of its values. */
export function lowestLimits(...all: readonly Limits[]): Limits {
  const lowest: Record<string, Limit> = {};
  for (const [key, limit] of all.flatMap((limits) => Object.entries(limits))) {
    const { soft, hard } = lowest[key] ?? limit;
    lowest[key] = { soft: Math.min(soft, limit.soft), hard: Math.min(hard, limit.hard) };
  }
  return lowest;
}

/** The same limits, each at most that of `most`. */
export function cappedLimits(limits: Limits, most: Limits): Limits {
  return Object.fromEntries(Object.entries(lowestLimits(limits, most)).filter(([key]) => Object.hasOwn(limits, key)));
}

/** Money is counted in floating point: a smaller difference than this is a rounding error. */
export const DUST = 1e-9;

/** The names of the limits that a call with this estimate would exceed. */
export function exceededLimits(left: Limits, estimate: Usage): string[] {
  const over = AMOUNTS.filter((amount) => estimate[amount] > (left[amount]?.hard ?? Infinity) + DUST);
  // A duration that has passed is written as the shortest duration there is, 1 ms.
  return [...over, ...((left.duration?.hard ?? Infinity) <= 1 ? ['duration'] : [])];
}
