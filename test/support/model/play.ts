// Plays a run on the code and on the model at the same time, and compares them after each event.
import { expect } from 'vitest';
import { advance, isQuiet, takeReady, type Ready } from '../../../src/domain/progress/advance.js';
import type { Failure } from '../../../src/domain/failure.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import type { Outcome } from '../../../src/domain/call/outcome.js';
import type { Plan } from '../../../src/domain/plan/plan.js';
import { createProgress } from '../../../src/domain/progress/progress.js';
import type { Progress, TaskState } from '../../../src/domain/progress/state.js';
import type { ProgressEvent } from '../../../src/domain/progress/event.js';
import { toleratedItems } from '../../../src/domain/progress/tolerated-items.js';
import { beginUndo, isUndone, settleUndo, takeUndo } from '../../../src/domain/progress/undo.js';
import { RunModel, type CallEnd, type End, type Work } from './run.js';
import { UndoModel } from './undo.js';

/** What happens next, as numbers that fit any run: which of the works in flight ends, how, or what a person does. */
export interface Move {
  readonly what: 'answer' | 'cancel' | 'pause' | 'resume' | 'skip';
  readonly which: number;
  readonly how: number;
}

/** What the run finds when it evaluates something. */
export interface World {
  readonly when: (task: string) => boolean | 'error';
  readonly items: (task: string) => number;
  readonly moves: readonly Move[];
}

export interface Played {
  readonly model: RunModel;
  readonly undo: UndoModel;
  readonly progress: Progress;
  /** Skips whose cause the documents leave open. */
  readonly ties: number;
}

const FAILURE: Failure = { type: 'AgentFailed', message: 'no' };
const CANCELLED: Failure = { type: 'Cancelled', message: 'cancelled' };
const ANSWER: Move = { what: 'answer', which: 0, how: 0 };

export function play(plan: Plan, { when, items, moves }: World): Played {
  const graph = buildGraph(plan);
  const progress = createProgress(graph);
  let ties = 0;
  const model = new RunModel(plan, (id) => {
    ties++;
    return progress.tasks[id]?.skip?.cause ?? 'failure';
  });
  const inFlight: Work[] = [];
  let now = 0;

  const tell = (event: ProgressEvent) => advance(graph, progress, event);

  const startReady = ({ task: id, index }: Ready): void => {
    const task = model.task(id);
    if (index !== undefined) {
      expect(model.mayStartItem(id, index), `item ${index} of ${id} may start`).toBe(true);
      expectUrgent(id);
      tell({ type: 'itemStarted', task: id, index });
      model.startItem(id, index);
      inFlight.push({ task: id, index });
      return;
    }
    if (task.when !== undefined && !model.admitted.has(id)) return decide(id);
    start(id);
  };

  const decide = (id: string): void => {
    expect(model.isDue(id), `${id} is due`).toBe(true);
    const isTrue = when(id);
    if (isTrue === 'error') {
      tell({ type: 'settled', task: id, outcome: outcomeOf('failed', FAILURE), now });
      return model.end(id, 'failed');
    }
    if (!isTrue) {
      tell({ type: 'skipped', task: id, now });
      return model.end(id, 'skipped:condition');
    }
    model.admit(id);
    if (model.isCall(id)) tell({ type: 'admitted', task: id });
    else start(id);
  };

  const start = (id: string): void => {
    expect(model.mayStart(id), `${id} may start`).toBe(true);
    if (model.isCall(id)) expectUrgent(id);
    tell({ type: 'started', task: id, now });
    model.start(id);
    const { forEach } = model.task(id);
    if (forEach === undefined) return void inFlight.push({ task: id });
    const total = items(id);
    tell({ type: 'expanded', task: id, total, tolerated: toleratedItems(forEach.tolerate, total), now });
    model.expand(id, total);
  };

  const expectUrgent = (id: string): void => {
    const first = Math.min(...model.waitingForPlace().map(({ task }) => model.priority(task)));
    expect(model.priority(id), `${id} is the most urgent`).toBe(first);
  };

  const startAll = () => {
    for (let ready = takeReady(graph, progress); ready !== undefined; ready = takeReady(graph, progress)) {
      startReady(ready);
      expect(model.callsInFlight()).toBeLessThanOrEqual(model.mostCalls());
      compare(model, progress);
    }
    if (progress.pausedBecause !== undefined) return;
    expect(model.waitingForNothing()).toEqual([]);
    if (model.callsInFlight() < model.mostCalls()) expect(model.waitingForPlace()).toEqual([]);
  };

  const answer = (move: Move): void => {
    const [{ task, index }] = inFlight.splice(move.which % inFlight.length, 1) as [Work];
    const isCancelled = model.stoppedBy !== undefined || (index !== undefined && !model.toleratesFailures(task));
    const end = endOf(move, isCancelled);
    const wasCancelled = isCancelled && (end === 'unknown' || end === 'cancelled');
    const failure = wasCancelled ? CANCELLED : FAILURE;
    if (index === undefined) {
      tell({ type: 'settled', task, outcome: outcomeOf(end, failure), now });
      model.end(task, end);
    } else {
      tell({ type: 'itemSettled', task, index, outcome: outcomeOf(end, failure, index), now });
      model.endItem(task, index, end, wasCancelled);
    }
  };

  const act = (move: Move): void => {
    now++;
    const pending = Object.keys(plan.tasks).filter((id) => model.isPending(id));
    if (move.what === 'cancel' && !model.isOver()) {
      tell({ type: 'stopped', verdict: 'cancelled', failure: { type: 'RunCancelled', message: 'cancelled' }, now });
      return model.stop('cancelled');
    }
    if (move.what === 'pause' && model.stoppedBy === undefined) return tell({ type: 'paused', because: 'user' });
    if (move.what === 'skip' && model.stoppedBy === undefined && pending.length > 0) {
      const id = pending[move.which % pending.length]!;
      tell({ type: 'skipped', task: id, now });
      return model.end(id, 'skipped:condition');
    }
    if (inFlight.length > 0 && move.what !== 'resume') return answer(move);
    if (progress.pausedBecause !== undefined) return tell({ type: 'resumed' });
  };

  compare(model, progress);
  for (let turn = 0; ; turn++) {
    startAll();
    // A paused run may have things to pass over before it ends.
    if (progress.pausedBecause === undefined || isQuiet(progress))
      expect(isQuiet(progress), 'the run is over').toBe(model.isOver());
    else if (model.isOver()) tell({ type: 'resumed' });
    if (isQuiet(progress)) break;
    act(moves[turn] ?? ANSWER);
    compare(model, progress);
  }
  tell({ type: 'concluded', now });
  compareEnd(model, progress);
  return { model, progress, undo: undoAll(graph, model, progress, moves), ties };
}

/** Undoes what the code wants undone, and checks each choice; the moves are taken from their end. */
function undoAll(graph: ReturnType<typeof buildGraph>, model: RunModel, progress: Progress, moves: readonly Move[]) {
  const undo = new UndoModel(model);
  const inFlight: Work[] = [];
  beginUndo(graph, progress);
  for (let turn = moves.length - 1; ; turn--) {
    for (let unit = takeUndo(graph, progress); unit !== undefined; unit = takeUndo(graph, progress)) {
      expect(undo.mayBegin(unit), `${unit.task} may be undone`).toBe(true);
      undo.begin(unit);
      inFlight.push(unit);
      expect(undo.inFlight()).toBeLessThanOrEqual(model.mostCalls());
    }
    if (undo.inFlight() < model.mostCalls()) expect(undo.waiting()).toEqual([]);
    expect(progress.phase !== 'compensating' || isUndone(progress), 'all is undone').toBe(undo.isOver());
    if (undo.isOver()) break;
    const { which, how } = moves[turn] ?? ANSWER;
    const [unit] = inFlight.splice(which % inFlight.length, 1) as [Work];
    const isDone = how % 4 !== 1;
    settleUndo(graph, progress, unit, isDone);
    undo.end(unit, isDone);
  }
  expect([progress.compensated, progress.debt]).toEqual([undo.compensated(), undo.debt()]);
  return undo;
}

const CALL_ENDS = ['succeeded', 'failed', 'unknown', 'cancelled'] as const;

/** A call that has been cancelled may end in any way; no other ends as `cancelled`. */
function endOf({ which, how }: Move, isCancelled: boolean): CallEnd {
  if (isCancelled) return CALL_ENDS[Math.floor(which / 8) % 4]!;
  return how < 60 ? 'succeeded' : how < 80 ? 'failed' : 'unknown';
}

const outcomeOf = (status: CallEnd, failure: Failure, output?: number): Outcome =>
  status === 'succeeded' ? { status, output, attempts: 1 } : { status, failure, attempts: 1 };

const endOfState = ({ status, skip }: TaskState): End | 'pending' | 'running' =>
  status === 'skipped' ? `skipped:${skip!.cause}` : (status as CallEnd | 'pending' | 'running');

function compare(model: RunModel, progress: Progress): void {
  for (const [id, state] of Object.entries(progress.tasks)) {
    const expected = model.ends.get(id) ?? (model.running.has(id) ? 'running' : 'pending');
    if (endOfState(state) !== expected) expect(`${id}: ${endOfState(state)}`).toBe(`${id}: ${expected}`);
  }
  expect(progress.inFlight).toBe(model.callsInFlight());
}

function compareEnd(model: RunModel, progress: Progress): void {
  expect(progress.verdict).toBe(model.verdict());
  for (const [id, state] of Object.entries(progress.tasks)) {
    const end = model.ends.get(id);
    if (end === undefined) expect(state.status, id).toBe('skipped');
    else expect(endOfState(state), id).toBe(end);
    if (end !== 'succeeded' || !model.items.has(id)) continue;
    const output = state.output as (number | null)[];
    expect(output).toHaveLength(model.items.get(id)!.total);
    expect(output.filter((item) => item !== null)).toEqual(model.succeededItems(id).sort((a, b) => a - b));
  }
}
