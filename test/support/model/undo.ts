// What a run undoes, and in which order, written a second time from the documents, to judge the code.
import type { RunModel, Work } from './run.js';

const key = ({ task, index }: Work): string => `${task}/${index ?? ''}`;

export class UndoModel {
  private readonly begun = new Set<string>();
  private readonly ended = new Map<string, boolean>();
  /** Tasks all of whose parts have been undone, or tried, in this order. */
  private readonly order: string[] = [];

  constructor(private readonly run: RunModel) {}

  /** A run that was cancelled undoes always, one that failed if its plan says so. */
  isAny(): boolean {
    const verdict = this.run.verdict();
    return (
      verdict === 'cancelled' || (verdict === 'failed' && (this.run.plan.onFailure ?? 'compensate') === 'compensate')
    );
  }

  /** What worked, or may have, and says how it is undone. */
  units(id: string): Work[] {
    if (!this.isAny() || this.run.task(id).compensate === undefined) return [];
    const mayHaveWorked = (end: string | undefined) => end === 'succeeded' || end === 'unknown';
    const items = this.run.items.get(id);
    if (items === undefined) return mayHaveWorked(this.run.ends.get(id)) ? [{ task: id }] : [];
    return [...items.ends].flatMap(([index, end]) => (mayHaveWorked(end) ? [{ task: id, index }] : []));
  }

  /** It has not begun, and all that may have used it has been undone. */
  mayBegin(unit: Work): boolean {
    const isUnit = this.units(unit.task).some((one) => key(one) === key(unit));
    const isFree = [...this.downstream(unit.task)].every((id) => this.isDone(id));
    return isUnit && !this.begun.has(key(unit)) && isFree;
  }

  waiting(): Work[] {
    return this.tasks()
      .flatMap((id) => this.units(id))
      .filter((unit) => this.mayBegin(unit));
  }

  inFlight(): number {
    return this.begun.size - this.ended.size;
  }

  begin(unit: Work): void {
    this.begun.add(key(unit));
  }

  end(unit: Work, isUndone: boolean): void {
    this.ended.set(key(unit), isUndone);
    if (this.isDone(unit.task)) this.order.push(unit.task);
  }

  isOver(): boolean {
    return this.tasks().every((id) => this.isDone(id));
  }

  compensated(): string[] {
    return this.order.filter((id) => this.isUndone(id));
  }

  debt(): string[] {
    return this.order.filter((id) => !this.isUndone(id));
  }

  private tasks(): string[] {
    return Object.keys(this.run.plan.tasks);
  }

  private isDone(id: string): boolean {
    return this.units(id).every((unit) => this.ended.has(key(unit)));
  }

  private isUndone(id: string): boolean {
    return this.units(id).every((unit) => this.ended.get(key(unit)) === true);
  }

  /** All that needs a task, and all that needs that. */
  private downstream(id: string): Set<string> {
    const found = new Set<string>();
    for (;;) {
      const more = this.tasks().filter(
        (task) => !found.has(task) && this.run.needs(task).some((need) => need === id || found.has(need)),
      );
      if (more.length === 0) return found;
      for (const task of more) found.add(task);
    }
  }
}
