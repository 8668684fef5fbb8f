// Plays a run with a budget on the code and on the models at the same time, and compares them after each event.
import { expect } from 'vitest';
import { advance, isQuiet, takeReady, type Ready } from '../../../src/domain/progress/advance.js';
import { serveFallbacks } from '../../../src/domain/progress/budget-gate.js';
import { AMOUNTS, type Amount, type Budget, type Estimate } from '../../../src/domain/budget/budget.js';
import { NO_USAGE, type Usage } from '../../../src/domain/call/usage.js';
import { fallbackKey, itemName } from '../../../src/domain/call/name.js';
import type { Failure } from '../../../src/domain/failure.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import type { Outcome } from '../../../src/domain/call/outcome.js';
import type { Plan } from '../../../src/domain/plan/plan.js';
import { createProgress } from '../../../src/domain/progress/progress.js';
import type { ProgressEvent } from '../../../src/domain/progress/event.js';
import { toleratedItems } from '../../../src/domain/progress/tolerated-items.js';
import { BudgetModel } from './budget.js';
import { RunModel, type CallEnd, type Work } from './run.js';

export interface BudgetMove {
  readonly what: 'answer' | 'time' | 'raise' | 'cancel';
  readonly which: number;
  readonly end: CallEnd;
  readonly used: Usage;
  /** It is not known what the call used. */
  readonly isLost: boolean;
  readonly ms: number;
}

export interface BudgetWorld {
  readonly budget: Budget;
  readonly estimates: Readonly<Record<string, Estimate>>;
  readonly when: (task: string) => boolean;
  readonly items: (task: string) => number;
  readonly moves: readonly BudgetMove[];
}

interface Call extends Work {
  readonly key: string;
  /** The call is of the fallback. */
  readonly isFallback?: true;
}

const FAILURE: Failure = { type: 'AgentFailed', message: 'no' };
const CANCEL: BudgetMove = { what: 'cancel', which: 0, end: 'cancelled', used: NO_USAGE, isLost: false, ms: 0 };

/** Gives what has happened, in words. */
export function playBudget(plan: Plan, world: BudgetWorld): Set<string> {
  const { when, items, moves } = world;
  const graph = buildGraph(plan);
  const progress = createProgress(graph, { budget: world.budget, estimates: world.estimates });
  const model = new RunModel(plan, (id) => progress.tasks[id]?.skip?.cause ?? 'failure');
  const budget = new BudgetModel(world.budget, world.estimates);
  const seen = new Set<string>();
  const inFlight: Call[] = [];
  /** Calls whose fallback waits for room. */
  const falling: Call[] = [];
  let now = 0;

  const tell = (event: ProgressEvent) => advance(graph, progress, event);
  const agentOf = (id: string) => model.task(id).agent;
  /** A forEach is judged as a whole, without what its items may use. */
  const isAtSoftLimit = (id: string) => budget.isAtSoftLimit(model.isCall(id) ? agentOf(id) : undefined);

  const begin = (call: Call, agent: string): void => {
    expect(budget.fits(agent), `${call.key} fits`).toBe(true);
    expect(budget.isLate(), `${call.key} is in time`).toBe(false);
    budget.begin(call.key, agent);
    inFlight.push(call);
  };

  const startReady = ({ task: id, index, isLeftOut }: Ready): void => {
    const { when: condition, optional, forEach } = model.task(id);
    if (isLeftOut === true) {
      expect([optional, index, isAtSoftLimit(id)]).toEqual([true, undefined, true]);
      tell({ type: 'skipped', task: id, cause: 'budget', now });
      seen.add('left out');
      return model.end(id, 'skipped:budget');
    }
    if (index !== undefined) {
      expect(model.mayStartItem(id, index)).toBe(true);
      begin({ task: id, index, key: itemName(id, index) }, agentOf(id)!);
      tell({ type: 'itemStarted', task: id, index });
      return model.startItem(id, index);
    }
    if (condition !== undefined && !model.admitted.has(id)) {
      if (!when(id)) {
        tell({ type: 'skipped', task: id, now });
        return model.end(id, 'skipped:condition');
      }
      model.admit(id);
      if (model.isCall(id)) return tell({ type: 'admitted', task: id });
    }
    expect(model.mayStart(id)).toBe(true);
    if (optional === true && !(condition !== undefined && !model.isCall(id))) {
      expect(isAtSoftLimit(id), `${id} is optional`).toBe(false);
      seen.add('optional, not left out');
    }
    if (model.isCall(id)) begin({ task: id, key: itemName(id, undefined) }, agentOf(id)!);
    else if (forEach === undefined) inFlight.push({ task: id, key: itemName(id, undefined) });
    tell({ type: 'started', task: id, now });
    model.start(id);
    if (forEach === undefined) return;
    const total = items(id);
    tell({ type: 'expanded', task: id, total, tolerated: toleratedItems(forEach.tolerate, total), now });
    model.expand(id, total);
  };

  const startAll = (): void => {
    serveFallbacks(progress);
    for (const call of falling.splice(0)) {
      const isHeld = progress.escrow!.held[fallbackKey(call.key)] !== undefined;
      if (!isHeld) falling.push(call);
      else begin({ ...call, key: fallbackKey(call.key), isFallback: true }, 'spare');
    }
    compare();
    for (let ready = takeReady(graph, progress); ready !== undefined; ready = takeReady(graph, progress)) {
      startReady(ready);
      compare();
    }
    if (model.stoppedBy === undefined) expectNoRoom();
  };

  /** What waits does so because there is no room for it, and the run is paused where none can come. */
  const expectNoRoom = (): void => {
    const urgent = Math.min(...model.waitingForPlace().map(({ task }) => model.priority(task)));
    const first = model.waitingForPlace().filter(({ task }) => model.priority(task) === urgent);
    const next = falling.length > 0 ? ['spare'] : [...new Set(first.map(({ task }) => agentOf(task)!))];
    if (progress.pausedBecause !== undefined) {
      seen.add(budget.isLate() ? 'paused by time' : 'paused');
      if (!budget.isLate()) expect(next.map((agent) => budget.roomMayCome(agent))).toContain(false);
      return;
    }
    expect(model.waitingForNothing()).toEqual([]);
    const isFull = falling.length === 0 && model.callsInFlight() >= model.mostCalls();
    if (next.length === 0 || isFull) return;
    expect(budget.isLate(), 'a run that is late is paused').toBe(false);
    expect(
      next.some((agent) => !budget.fits(agent) && budget.roomMayCome(agent)),
      'a call waits for room',
    ).toBe(true);
    seen.add('waits for room');
  };

  const answer = ({ which, end: how, used, isLost }: BudgetMove): void => {
    const [call] = inFlight.splice(which % inFlight.length, 1) as [Call];
    const { task, index, key, isFallback } = call;
    const isCalled = agentOf(task) !== undefined;
    const end = how === 'cancelled' && model.stoppedBy === undefined ? 'unknown' : how;
    const spent = isCalled ? { usage: used, ...(isLost ? { lost: true as const } : {}) } : {};
    const outcome: Outcome =
      end === 'succeeded'
        ? { status: end, output: null, attempts: 1, ...spent }
        : { status: end, failure: FAILURE, attempts: 1, ...spent };
    if (isCalled && isLost) budget.lose(key, used);
    else if (isCalled) budget.end(key, used);
    if (isCalled && isLost) seen.add('lost');
    const which_ = { task, ...(index === undefined ? {} : { index }) };
    const falls = end === 'failed' && isFallback === undefined && model.task(task).fallback !== undefined;
    if (falls && model.stoppedBy === undefined) {
      tell({ type: 'fallbackRequested', ...which_, agent: 'spare', outcome });
      seen.add('fallback');
      return void falling.push({ task, key, ...(index === undefined ? {} : { index }) });
    }
    if (isFallback === true) tell({ type: 'fallbackEnded', ...which_, outcome });
    settle(call, outcome, end);
  };

  const settle = ({ task, index }: Work, outcome: Outcome, end: CallEnd): void => {
    if (index === undefined) {
      tell({ type: 'settled', task, outcome, now });
      return model.end(task, end);
    }
    tell({ type: 'itemSettled', task, index, outcome, now });
    model.endItem(task, index, end, end === 'cancelled');
  };

  const raise = ({ which }: BudgetMove): void => {
    const limited = Object.keys(world.budget) as (Amount | 'duration')[];
    const add = { [limited[which % limited.length]!]: 5 + which };
    budget.raise(add);
    const { duration, ...amounts } = add;
    tell({
      type: 'raised',
      add: { ...amounts, ...(duration === undefined ? {} : { duration: `${duration}ms` }) },
      ms: now,
    });
    if (budget.isLate()) return;
    expect(progress.pausedBecause, 'a run that has been raised goes on').toBe(undefined);
    seen.add('raised');
  };

  const cancel = (): void => {
    tell({ type: 'stopped', verdict: 'cancelled', failure: { type: 'RunCancelled', message: 'cancelled' }, now });
    model.stop('cancelled');
  };

  const act = (move: BudgetMove): void => {
    if (move.what === 'time') {
      budget.ms = now += move.ms;
      return tell({ type: 'elapsed', ms: now });
    }
    if (move.what === 'raise') return raise(move);
    if (move.what === 'cancel' && model.stoppedBy === undefined) return cancel();
    if (inFlight.length > 0) return answer(move);
    if (falling.length > 0 && model.stoppedBy !== undefined) return giveUp();
    if (progress.pausedBecause !== undefined) raise(move);
  };

  /** A run that stops asks no fallback. */
  const giveUp = (): void => {
    const call = falling.shift()!;
    const outcome: Outcome = { status: 'failed', failure: FAILURE, attempts: 0 };
    tell({
      type: 'fallbackEnded',
      task: call.task,
      ...(call.index === undefined ? {} : { index: call.index }),
      outcome,
    });
    settle(call, outcome, 'failed');
  };

  const compare = (): void => {
    const { spent, reserved, limits } = progress.escrow!;
    const [expectedSpent, expectedReserved] = [budget.spent(), budget.reserved()];
    for (const amount of AMOUNTS) {
      expectSame(`spent ${amount}`, spent[amount], expectedSpent[amount]);
      expectSame(`reserved ${amount}`, reserved[amount], expectedReserved[amount]);
      expectSame(`limit of ${amount}`, limits[amount]?.hard ?? Infinity, budget.hard(amount));
    }
  };

  for (let turn = 0; ; turn++) {
    startAll();
    if (isQuiet(progress)) break;
    act(moves[turn] ?? CANCEL);
    compare();
  }
  expect(progress.escrow!.held).toEqual({});
  seen.add(model.verdict());
  return seen;
}

/** Money is counted in floating point. */
function expectSame(what: string, is: number, expected: number): void {
  if (is !== expected && Math.abs(is - expected) > 1e-6) expect.fail(`${what}: expected ${expected}, got ${is}`);
}
