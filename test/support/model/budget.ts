// What a run may spend, written a second time from the documents, to judge the code. It keeps every call, and adds up.
import { AMOUNTS, parseLimits, type Amount, type Budget, type Estimate } from '../../../src/domain/budget/budget.js';
import type { Usage } from '../../../src/domain/call/usage.js';

interface Call {
  readonly agent: string;
  readonly reserved: Usage;
  /** What is known that it used; absent while it is in flight. */
  used?: Usage;
  /** What it counts for. */
  spent?: Usage;
}

/** Floating point. */
const DUST = 1e-6;
const NOTHING: Usage = { calls: 0, tokens: 0, usd: 0 };

const usageOf = (of: (amount: Amount) => number): Usage => ({
  calls: of('calls'),
  tokens: of('tokens'),
  usd: of('usd'),
});
const sum = (usages: readonly Usage[]): Usage =>
  usageOf((amount) => usages.reduce((total, usage) => total + usage[amount], 0));

export class BudgetModel {
  private readonly calls = new Map<string, Call>();
  private readonly limits: Partial<Record<Amount | 'duration', { soft: number; hard: number }>>;
  /** Since the start of the run. */
  ms = 0;

  constructor(
    budget: Budget,
    private readonly estimates: Readonly<Record<string, Estimate>>,
  ) {
    this.limits = { ...parseLimits(budget) };
  }

  spent(): Usage {
    return sum([...this.calls.values()].map(({ spent }) => spent ?? NOTHING));
  }

  reserved(): Usage {
    return sum([...this.calls.values()].map(({ used, reserved }) => (used === undefined ? reserved : NOTHING)));
  }

  /** What is declared, or, for tokens and money, the mean of what is known of its calls in this run. */
  estimate(agent: string): Usage {
    const { calls = 1, tokens = 0, usd = 0 } = this.estimates[agent] ?? {};
    const known = [...this.calls.values()].filter((call) => call.agent === agent && call.used !== undefined);
    const total = sum(known.map(({ used }) => used!));
    const mean = (amount: Amount) => (known.length === 0 ? 0 : total[amount] / known.length);
    return { calls, tokens: Math.max(tokens, Math.ceil(mean('tokens') - DUST)), usd: Math.max(usd, mean('usd')) };
  }

  /** A call is within all hard limits. */
  fits(agent: string): boolean {
    const estimate = this.estimate(agent);
    return AMOUNTS.every((amount) => this.taken(amount) + estimate[amount] <= this.hard(amount) + DUST);
  }

  /** Calls in flight may give back some of each amount that it lacks. */
  roomMayCome(agent: string): boolean {
    const estimate = this.estimate(agent);
    const lacking = AMOUNTS.filter((amount) => this.taken(amount) + estimate[amount] > this.hard(amount) + DUST);
    return lacking.every((amount) => this.reserved()[amount] > DUST);
  }

  /** Nothing new starts. */
  isLate(): boolean {
    return this.ms >= this.hard('duration');
  }

  /** What is optional is left out: a soft limit is reached, or would be passed. */
  isAtSoftLimit(agent: string | undefined): boolean {
    const estimate = agent === undefined ? NOTHING : this.estimate(agent);
    const isPassed = AMOUNTS.some((amount) => {
      const { soft } = this.limits[amount] ?? { soft: Infinity };
      return this.taken(amount) >= soft || this.taken(amount) + estimate[amount] > soft + DUST;
    });
    return isPassed || this.ms >= (this.limits.duration?.soft ?? Infinity);
  }

  begin(call: string, agent: string): void {
    this.calls.set(call, { agent, reserved: this.estimate(agent) });
  }

  end(call: string, used: Usage): void {
    Object.assign(this.calls.get(call)!, { used, spent: used });
  }

  /** Of a call that was lost all that was reserved counts, or what was heard of it, if that is more. */
  lose(call: string, heard: Usage): void {
    const { reserved } = this.calls.get(call)!;
    const spent = usageOf((amount) => Math.max(reserved[amount], heard[amount]));
    Object.assign(this.calls.get(call)!, { used: heard, spent });
  }

  raise(add: Partial<Record<Amount | 'duration', number>>): void {
    for (const [key, more] of Object.entries(add) as [Amount, number][]) {
      const { soft, hard } = this.limits[key]!;
      this.limits[key] = { soft: soft + more, hard: hard + more };
    }
  }

  hard(of: Amount | 'duration'): number {
    return this.limits[of]?.hard ?? Infinity;
  }

  private taken(amount: Amount): number {
    return this.spent()[amount] + this.reserved()[amount];
  }
}
