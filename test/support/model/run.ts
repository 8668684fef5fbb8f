// A run, written a second time from the documents, to judge the code. It keeps sets of what has happened and derives all
// else from them. It does not choose what starts: it judges what the code has chosen.
import { DEFAULT_CONCURRENCY, type Plan, type Task } from '../../../src/domain/plan/plan.js';
import { judge, type Certainty, type Side } from './joins.js';

export type SkipCause = 'condition' | 'failure' | 'budget';
export type CallEnd = 'succeeded' | 'failed' | 'unknown' | 'cancelled';
export type End = CallEnd | `skipped:${SkipCause}`;

export interface Work {
  readonly task: string;
  readonly index?: number;
}

export interface ItemsModel {
  readonly total: number;
  readonly running: Set<number>;
  readonly ends: Map<number, CallEnd>;
  /** Some item was cancelled, before its call or at work. */
  isCut: boolean;
}

export class RunModel {
  readonly ends = new Map<string, End>();
  readonly running = new Set<string>();
  readonly items = new Map<string, ItemsModel>();
  /** Tasks whose condition has been found true. */
  readonly admitted = new Set<string>();
  /** Why nothing starts any more. */
  stoppedBy?: 'failed' | 'cancelled';

  /** `breakTie` chooses the cause of a skip where the documents allow two. */
  constructor(
    readonly plan: Plan,
    private readonly breakTie: (task: string) => SkipCause,
  ) {
    this.settleJoins();
  }

  task(id: string): Task {
    return this.plan.tasks[id]!;
  }

  needs(id: string): readonly string[] {
    return this.task(id).needs ?? [];
  }

  isPending(id: string): boolean {
    return !this.ends.has(id) && !this.running.has(id);
  }

  /** Its join holds, and it has not started. */
  isDue(id: string): boolean {
    return this.stoppedBy === undefined && this.isPending(id) && this.verdictOf(id) === 'holds';
  }

  /** It waits for nothing but a place. */
  mayStart(id: string): boolean {
    return this.isDue(id) && (this.task(id).when === undefined || this.admitted.has(id));
  }

  mayStartItem(id: string, index: number): boolean {
    const items = this.items.get(id);
    if (items === undefined || this.stoppedBy !== undefined || !this.running.has(id)) return false;
    const isNew = index < items.total && !items.running.has(index) && !items.ends.has(index);
    const most = this.task(id).forEach!.concurrency ?? Infinity;
    return isNew && items.running.size < most && this.toleratesFailures(id);
  }

  /** A task that occupies an agent while it runs; of a forEach the items do, of a wait nothing does. */
  isCall(id: string): boolean {
    const { agent, forEach } = this.task(id);
    return agent !== undefined && forEach === undefined;
  }

  /** Tasks that the run must go on with, however many calls are in flight. */
  waitingForNothing(): string[] {
    return Object.keys(this.plan.tasks).filter((id) => this.isDue(id) && !(this.isCall(id) && this.mayStart(id)));
  }

  /** What waits for nothing but a place among the calls of the run. */
  waitingForPlace(): Work[] {
    return Object.keys(this.plan.tasks).flatMap((id): Work[] => {
      const items = this.items.get(id);
      if (items === undefined) return this.mayStart(id) && this.isCall(id) ? [{ task: id }] : [];
      return [...Array(items.total).keys()]
        .filter((index) => this.mayStartItem(id, index))
        .map((index) => ({ task: id, index }));
    });
  }

  /** How urgent it is; 1 goes first. */
  priority(id: string): number {
    return this.task(id).priority ?? 3;
  }

  /** How many calls are in flight: tasks, and items instead of the task that they are of. */
  callsInFlight(): number {
    const tasks = [...this.running].filter((id) => this.isCall(id)).length;
    return tasks + [...this.items.values()].reduce((sum, { running }) => sum + running.size, 0);
  }

  mostCalls(): number {
    return this.plan.concurrency ?? DEFAULT_CONCURRENCY;
  }

  // What happens.

  admit(id: string): void {
    this.admitted.add(id);
  }

  start(id: string): void {
    this.running.add(id);
  }

  expand(id: string, total: number): void {
    this.items.set(id, { total, running: new Set(), ends: new Map(), isCut: false });
    this.endForEachs();
  }

  startItem(id: string, index: number): void {
    this.items.get(id)!.running.add(index);
  }

  endItem(id: string, index: number, end: CallEnd, wasCancelled: boolean): void {
    const items = this.items.get(id)!;
    items.running.delete(index);
    items.ends.set(index, end);
    if (wasCancelled) items.isCut = true;
    this.endForEachs();
  }

  end(id: string, end: End): void {
    this.running.delete(id);
    this.ends.set(id, end);
    if ((end === 'failed' || end === 'unknown') && this.plan.onFailure !== 'continue') this.stop('failed');
    this.settleJoins();
  }

  stop(by: 'failed' | 'cancelled'): void {
    this.stoppedBy ??= by;
    this.endForEachs();
  }

  // What follows.

  hasFailed(): boolean {
    return [...this.ends.values()].some((end) => end === 'failed' || end === 'unknown');
  }

  verdict(): 'completed' | 'failed' | 'cancelled' {
    return this.stoppedBy ?? (this.hasFailed() ? 'failed' : 'completed');
  }

  isOver(): boolean {
    const isAnyDue = Object.keys(this.plan.tasks).some((id) => this.isDue(id));
    return this.running.size === 0 && (this.stoppedBy !== undefined || !isAnyDue);
  }

  /** The indexes of the items whose output is in the output of the forEach; `null` is in the place of the others. */
  succeededItems(id: string): number[] {
    const { ends } = this.items.get(id)!;
    return [...ends].flatMap(([index, end]) => (end === 'succeeded' ? [index] : []));
  }

  toleratesFailures(id: string): boolean {
    const { total, ends } = this.items.get(id)!;
    const failed = [...ends.values()].filter((end) => end !== 'succeeded').length;
    const tolerate = this.task(id).forEach!.tolerate ?? 0;
    return typeof tolerate === 'number' ? failed <= tolerate : failed * 100 <= total * parseFloat(tolerate);
  }

  private endForEachs(): void {
    for (const [id, { total, running, ends, isCut }] of this.items) {
      if (!this.running.has(id) || running.size > 0) continue;
      // One that has been cut short is cancelled, whatever its items have come to.
      if (this.stoppedBy !== undefined && (isCut || ends.size < total)) this.end(id, 'cancelled');
      else if (!this.toleratesFailures(id)) this.end(id, 'failed');
      else if (ends.size === total) this.end(id, 'succeeded');
    }
  }

  private verdictOf(id: string, sideOf = (need: string) => this.sideOf(need)): Certainty {
    return judge(this.task(id).join ?? 'all-succeeded', this.needs(id).map(sideOf));
  }

  private sideOf(id: string): Side {
    const end = this.ends.get(id);
    if (end === undefined) return 'open';
    if (end === 'skipped:condition' || end === 'skipped:budget') return 'passed';
    return end === 'succeeded' ? 'succeeded' : 'failed';
  }

  /** Skips what can no longer start. A task of these plans is written after its needs, so one pass is enough. */
  private settleJoins(): void {
    if (this.stoppedBy !== undefined) return;
    const before = new Set(this.ends.keys());
    for (const id of Object.keys(this.plan.tasks)) {
      if (this.isPending(id) && this.verdictOf(id) === 'never')
        this.ends.set(id, `skipped:${this.causeOf(id, before)}`);
    }
  }

  private causeOf(id: string, before: ReadonlySet<string>): SkipCause {
    const failed = this.needs(id).filter((need) => this.sideOf(need) === 'failed');
    if (failed.length === 0) return 'condition';
    const isCertainWithout =
      this.verdictOf(id, (need) => (failed.includes(need) ? 'open' : this.sideOf(need))) === 'never';
    // It was certain without them, and they have been skipped by the same event: neither was first.
    if (isCertainWithout && failed.every((need) => !before.has(need))) return this.breakTie(id);
    return 'failure';
  }
}
