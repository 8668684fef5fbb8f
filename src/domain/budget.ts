// What a run may spend: limits as a person writes them. A plain number is a hard limit; where no soft one is written, the
// hard one counts as both.
import { z } from 'zod';
import { Usage } from './call.js';
import { Duration, durationMs, MAX_DURATION_MS, parseDuration } from './duration.js';
import { got } from './problem.js';

const Count = z.int().min(0);
const Money = z.number().min(0);

/** What of a usage can be limited. */
export const AMOUNTS = ['calls', 'tokens', 'usd'] as const satisfies readonly (keyof Usage)[];
export type Amount = (typeof AMOUNTS)[number];

const sizeOf = (value: string | number): number => (typeof value === 'number' ? value : (parseDuration(value) ?? 0));

const limitOf = <T extends string | number>(amount: z.ZodType<T>) =>
  z.union([
    amount,
    z.strictObject({ soft: amount, hard: amount }).superRefine(({ soft, hard }, context) => {
      if (sizeOf(soft) <= sizeOf(hard)) return;
      const message = `expected at most the hard limit, ${got(hard)}, got ${got(soft)}`;
      context.addIssue({ code: 'custom', path: ['soft'], params: { problem: 'plan.out-of-range' }, message });
    }),
  ]);

/** `duration` counts from the start of the run. */
export const Budget = z.strictObject({
  calls: limitOf(Count).optional(),
  tokens: limitOf(Count).optional(),
  usd: limitOf(Money).optional(),
  duration: limitOf(Duration).optional(),
});
export type Budget = z.infer<typeof Budget>;

/** What one call of an agent is expected to use; reserved before it is made. */
export const Estimate = z.strictObject({
  calls: Count.optional(),
  tokens: Count.optional(),
  usd: Money.optional(),
});
export type Estimate = z.infer<typeof Estimate>;

/** An agent that declares nothing is expected to be called once, and to cost nothing. */
export const DEFAULT_ESTIMATE: Usage = { calls: 1, tokens: 0, usd: 0 };

const isSomething = (value: object) => Object.values(value).some((part) => part !== undefined);

/** By how much limits are raised. */
export const Addition = z
  .strictObject({
    calls: z.int().min(1).optional(),
    tokens: z.int().min(1).optional(),
    usd: z.number().positive().optional(),
    duration: Duration.optional(),
  })
  .refine(isSomething, {
    message: 'expected at least one of calls, tokens, usd and duration',
    // What is wrong in other ways has been told already.
    when: ({ issues }) => issues.length === 0,
  });
export type Addition = z.infer<typeof Addition>;

export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

/** `duration` in milliseconds. */
export type Limits = Readonly<Partial<Record<Amount | 'duration', Limit>>>;

export function limitsOf(budget: Budget): Limits {
  return Object.fromEntries(
    Object.entries(budget).flatMap(([key, written]) => {
      if (written === undefined) return [];
      const { soft, hard } = typeof written === 'object' ? written : { soft: written, hard: written };
      const size = (value: string | number) => (typeof value === 'number' ? value : durationMs(value));
      return [[key, { soft: size(soft), hard: size(hard) }]];
    }),
  );
}

/** As a person would write them. */
export function writeLimits({ duration, ...amounts }: Limits): Budget {
  const written = (limit: Limit, write: (size: number) => string | number) =>
    limit.soft === limit.hard ? write(limit.hard) : { soft: write(limit.soft), hard: write(limit.hard) };
  const entries = Object.entries(amounts).map(([key, limit]) => [key, written(limit, (size) => size)] as const);
  return {
    ...Object.fromEntries(entries),
    ...(duration === undefined ? {} : { duration: written(duration, writeDuration) }),
  } as Budget;
}

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** In the largest unit that says it exactly. */
export function writeDuration(ms: number): string {
  const whole = Math.min(MAX_DURATION_MS, Math.max(1, Math.round(ms)));
  const [unit, size] = UNITS.find(([, size]) => whole % size === 0) ?? ['ms', 1];
  return `${whole / size}${unit}`;
}

/** What whoever starts a run says takes the place of what its plan says, limit by limit. */
export function chooseBudget(plan: Budget | undefined, run: Budget | undefined): Budget | undefined {
  const chosen = { ...plan, ...run };
  return isSomething(chosen) ? chosen : undefined;
}

/** What a run has spent and reserved, beside its limits: part of a RunResult. */
export const BudgetStanding = z.strictObject({
  limits: Budget,
  spent: Usage,
  reserved: Usage,
});
export type BudgetStanding = z.infer<typeof BudgetStanding>;

/** What is left of a budget once so much has been spent, and `ms` have passed. */
export function lessSpent(budget: Budget, spent: Usage, ms = 0): Budget {
  const limits = limitsOf(budget);
  const left = AMOUNTS.flatMap((amount) => {
    const limit = limits[amount];
    const rest = (most: number) => Math.max(0, most - spent[amount]);
    return limit === undefined ? [] : [[amount, { soft: rest(limit.soft), hard: rest(limit.hard) }] as const];
  });
  const { duration } = limits;
  return writeLimits({
    ...Object.fromEntries(left),
    ...(duration === undefined ? {} : { duration: { soft: duration.soft - ms, hard: duration.hard - ms } }),
  });
}

/** Of each limit the lowest that one of the budgets has. */
export function tightest(...budgets: readonly (Budget | undefined)[]): Budget | undefined {
  const lowest = new Map<string, Limit>();
  for (const [key, limit] of budgets.flatMap((budget) => Object.entries(limitsOf(budget ?? {})))) {
    const { soft, hard } = lowest.get(key) ?? limit;
    lowest.set(key, { soft: Math.min(soft, limit.soft), hard: Math.min(hard, limit.hard) });
  }
  return lowest.size === 0 ? undefined : writeLimits(Object.fromEntries(lowest));
}

/** A budget with no limit above that of another. */
export function within(budget: Budget, most: Budget = {}): Budget {
  const limits = Object.entries(tightest(budget, most) ?? {});
  return Object.fromEntries(limits.filter(([key]) => Object.hasOwn(budget, key)));
}

/** Money is counted in floating point: what is smaller than this is nothing. */
export const DUST = 1e-9;

/** Which limits a call that is expected to use so much would go beyond. */
export function beyond(left: Budget, estimate: Usage): string[] {
  const limits = limitsOf(left);
  const over = AMOUNTS.filter((amount) => estimate[amount] > (limits[amount]?.hard ?? Infinity) + DUST);
  // Of a duration that is over the shortest is left that can be written.
  return [...over, ...((limits.duration?.hard ?? Infinity) <= 1 ? ['duration'] : [])];
}
