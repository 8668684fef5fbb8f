// A run over `progress` alone, on a simulated clock: what a Workflow does, without Temporal.
import { advance, isQuiet, takeReady, type Ready } from '../../src/domain/progress/advance.js';
import type { BudgetAddition } from '../../src/domain/budget/budget.js';
import { serveFallbacks } from '../../src/domain/progress/budget-gate.js';
import { type EscrowSources } from '../../src/domain/budget/ledger.js';
import { fallbackKey, itemName } from '../../src/domain/call/name.js';
import type { ProgressEvent } from '../../src/domain/progress/event.js';
import { buildGraph, taskOf, type Graph } from '../../src/domain/plan/graph.js';
import type { Outcome } from '../../src/domain/call/outcome.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { createProgress } from '../../src/domain/progress/progress.js';
import type { Progress, UndoUnit } from '../../src/domain/progress/state.js';
import { beginUndo, isUndone, settleUndo, takeUndo } from '../../src/domain/progress/undo.js';

export interface SimulationOptions {
  /** Milliseconds that a task or item takes. */
  readonly duration?: (task: string, index?: number) => number;
  readonly outcome?: (task: string, index?: number) => Outcome;
  /** How the fallback of a task that failed ends; asked only in a run with a budget. */
  readonly fallback?: (task: string, index?: number) => Outcome;
  readonly budget?: EscrowSources;
  /** By how much to raise a budget that has paused the run; without an answer the run is left paused. */
  readonly raise?: (progress: Progress) => BudgetAddition | undefined;
  readonly items?: (task: string) => number;
  readonly tolerated?: (task: string) => number;
  readonly when?: (task: string) => boolean;
  readonly undone?: (unit: UndoUnit) => boolean;
  /** False to leave the run as it is before anything is undone. */
  readonly isUndone?: boolean;
  /** Cancels the run once so many tasks have ended. */
  readonly cancelAfter?: number;
  /** Sees, and may replace, progress between any two events. */
  readonly between?: (progress: Progress) => Progress;
}

export interface LogEntry {
  readonly what: 'start' | 'end' | 'undo' | 'undone';
  readonly task: string;
  readonly index?: number;
  readonly at: number;
}

export interface Simulation {
  readonly graph: Graph;
  readonly progress: Progress;
  readonly log: readonly LogEntry[];
  /** Milliseconds from the first start to the last end. */
  readonly elapsed: number;
  readonly mostInFlight: number;
  /** It was left as its budget had paused it. */
  readonly isPaused: boolean;
}

const OK: Outcome = { status: 'succeeded', output: null, attempts: 1 };

/** What is due, by time; ties in the order in which they came. */
class Agenda {
  private readonly heap: { at: number; order: number; run: () => void }[] = [];
  private count = 0;

  add(at: number, run: () => void): void {
    const { heap } = this;
    heap.push({ at, order: this.count++, run });
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.isBefore(i, parent)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  take(): { at: number; run: () => void } | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < heap.length && this.isBefore(child, least)) least = child;
      if (least === i) return first;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.heap[a]!, this.heap[b]!];
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }
}

export function simulate(plan: Plan, options: SimulationOptions = {}): Simulation {
  const { duration = () => 1, outcome = () => OK, when = () => true, undone = () => true } = options;
  const { fallback, budget, raise = () => undefined } = options;
  const { items = () => 3, tolerated = () => 0, cancelAfter = Infinity, between, isUndone: undoes = true } = options;
  const graph = buildGraph(plan);
  let progress = createProgress(graph, budget);
  const log: LogEntry[] = [];
  const agenda = new Agenda();
  const open = new Map<string, () => void>();
  /** Fallbacks that wait until the budget has room for them. */
  const waiting = new Map<string, () => void>();
  let [now, ended, mostInFlight] = [0, 0, 0];

  const tell = (event: ProgressEvent) => {
    advance(graph, progress, event);
    mostInFlight = Math.max(mostInFlight, progress.inFlight);
    if (between !== undefined) progress = between(progress);
  };
  const note = (what: LogEntry['what'], task: string, index?: number) =>
    log.push({ what, task, at: now, ...(index === undefined ? {} : { index }) });

  const setGoing = (task: string, index: number | undefined, settle: (outcome: Outcome) => void) => {
    const key = `${task}/${index ?? ''}`;
    note('start', task, index);
    const finish = (how: Outcome) => {
      if (!open.delete(key)) return;
      note('end', task, index);
      settle(how);
      ended++;
      if (ended === cancelAfter) {
        tell({ type: 'stopped', verdict: 'cancelled', failure: { type: 'RunCancelled', message: 'cancelled' }, now });
      }
      // A run that stops cancels what is under way.
      if (progress.phase !== 'running') for (const cancel of [...open.values()]) cancel();
    };
    open.set(key, () =>
      finish({ status: 'unknown', attempts: 1, failure: { type: 'Cancelled', message: 'cancelled at work' } }),
    );
    const second = (how: Outcome) => {
      if (!open.has(key)) return;
      tell({ type: 'fallbackEnded', ...which, outcome: how });
      finish(how);
    };
    const which = { task, ...(index === undefined ? {} : { index }) };
    agenda.add(now + duration(task, index), () => {
      const how = outcome(task, index);
      if (!open.has(key) || fallback === undefined || how.status !== 'failed') return finish(how);
      tell({ type: 'fallbackRequested', ...which, agent: 'spare', outcome: how });
      open.set(key, () =>
        second({ status: 'unknown', attempts: 1, failure: { type: 'Cancelled', message: 'cancelled at work' } }),
      );
      waiting.set(fallbackKey(itemName(task, index)), () => {
        agenda.add(now + duration(task, index), () => second(fallback(task, index)));
      });
    });
  };

  const start = ({ task, index, isLeftOut }: Ready) => {
    const spec = taskOf(graph, task);
    if (isLeftOut === true) return tell({ type: 'skipped', task, cause: 'budget', now });
    if (index !== undefined) {
      tell({ type: 'itemStarted', task, index });
      setGoing(task, index, (how) => tell({ type: 'itemSettled', task, index, outcome: how, now }));
      return;
    }
    if (spec.task.when !== undefined && progress.tasks[task]!.waiting?.admitted !== true) {
      if (!when(task)) return tell({ type: 'skipped', task, now });
      if (spec.isCall) return tell({ type: 'admitted', task });
    }
    tell({ type: 'started', task, now });
    if (spec.task.forEach === undefined) {
      setGoing(task, undefined, (how) => tell({ type: 'settled', task, outcome: how, now }));
    } else {
      note('start', task);
      tell({ type: 'expanded', task, total: items(task), tolerated: tolerated(task), now });
    }
  };

  for (;;) {
    serveFallbacks(progress);
    for (const [key, ask] of waiting) {
      if (progress.escrow?.held[key] === undefined) continue;
      waiting.delete(key);
      ask();
    }
    for (let ready = takeReady(graph, progress); ready !== undefined; ready = takeReady(graph, progress)) {
      start(ready);
    }
    if (isQuiet(progress)) break;
    const next = agenda.take();
    if (next === undefined) {
      if (progress.pausedBecause !== 'budget-exceeded') throw new Error('nothing is due, and the run is not over');
      const add = raise(progress);
      if (add === undefined) return { graph, progress, log, elapsed: now, mostInFlight, isPaused: true };
      tell({ type: 'raised', add, ms: now });
      continue;
    }
    now = Math.max(now, next.at);
    next.run();
  }
  const elapsed = log.reduce((last, { at }) => Math.max(last, at), 0);
  advance(graph, progress, { type: 'concluded', now });
  if (undoes) beginUndo(graph, progress);
  const undoing: UndoUnit[] = [];
  while (progress.phase === 'compensating') {
    for (let unit = takeUndo(graph, progress); unit !== undefined; unit = takeUndo(graph, progress)) {
      note('undo', unit.task, unit.index);
      undoing.push(unit);
    }
    if (isUndone(progress)) break;
    // The newest first, so that order is not kept by chance.
    const unit = undoing.pop()!;
    note('undone', unit.task, unit.index);
    settleUndo(graph, progress, unit, undone(unit));
    if (between !== undefined) progress = between(progress);
  }
  return { graph, progress, log, elapsed, mostInFlight, isPaused: false };
}
