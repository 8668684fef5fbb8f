// Which tasks of a run may take an event, and why an event is refused that none can take.
// T1. The name that a task waits for is known from the plan, unless it is an expression. Then it is known once the task waits.
// T2. An event is refused only if it is certain that no task takes it. A run that may be re-planned may get such a task.
// T3. Sub-plans are runs of their own: an event does not reach them through the run above them.
import { expressionSource } from '../expression/expression.js';
import { entry } from '../json/own-property.js';
import type { Graph, GraphTask } from '../plan/graph.js';
import { MAX_DEPTH, type Plan, type Task } from '../plan/plan.js';
import { didYouMean, shown, withHint } from '../problem.js';
import { stateOf } from '../progress/progress.js';
import { replansLeft } from '../progress/replan.js';
import type { Progress } from '../progress/state.js';
import type { EventReceipt } from './messages.js';

export interface EventContext {
  readonly runId: string;
  readonly graph: Graph;
  readonly progress: Progress;
  /** The names that tasks wait for now, by task, the first that waited first. */
  readonly awaited: ReadonlyMap<string, string>;
  /** The plans that tasks refer to by name. */
  readonly plans?: Readonly<Record<string, unknown>> | undefined;
}

export interface EventTakers {
  /** Tasks that wait for the event now, the first that waited first. */
  readonly waiting: readonly string[];
  /** Tasks that will wait for it, unless they are skipped. */
  readonly later: readonly string[];
  /** Tasks that may wait for it: their names are expressions that have not been evaluated yet. */
  readonly perhaps: readonly string[];
}

export function eventTakers(name: string, { graph, progress, awaited }: EventContext): EventTakers {
  const waiting = [...awaited].filter(([task, awaitedName]) => awaitedName === name && isWaiting(progress, task));
  const later: string[] = [];
  const perhaps: string[] = [];
  for (const task of eventTasks(graph)) {
    if (awaited.has(task.id) || !isOpen(progress, task.id)) continue;
    const known = knownName(task.task);
    if (known === undefined) perhaps.push(task.id);
    else if (known === name) later.push(task.id);
  }
  return { waiting: waiting.map(([task]) => task), later, perhaps };
}

/** What becomes of an event that comes after `before` others of its name that no task has taken yet. */
export function receiptFor(name: string, before: number, context: EventContext): EventReceipt {
  const { waiting, later, perhaps } = eventTakers(name, context);
  const taker = waiting[before];
  if (taker !== undefined) return { event: name, state: 'taken', tasks: [taker] };
  const rest = [...waiting, ...later].slice(before);
  return {
    event: name,
    state: 'kept',
    tasks: rest.length > 0 ? rest.slice(0, MAX_LISTED) : perhaps.slice(0, MAX_LISTED),
  };
}

/** Why no task takes an event of this name, with what to send instead; `undefined` if a task may take it. */
export function whyNotTaken(name: string, context: EventContext): string | undefined {
  const { runId, graph, progress } = context;
  const { waiting, later, perhaps } = eventTakers(name, context);
  if (waiting.length + later.length + perhaps.length > 0) return undefined;
  if (graph.onFailure === 'replan' && replansLeft(graph, progress) > 0) return undefined;
  const ended = eventTasks(graph).find(({ task }) => knownName(task) === name);
  if (ended !== undefined) {
    const { status, answer } = stateOf(progress, ended.id);
    const how = answer === undefined ? `is ${status}` : 'has received it already';
    return `event ${shown(name)}: task ${ended.id} of run ${runId} ${how}, and no other task waits for this event`;
  }
  const below = subRunsWaitingFor(name, context);
  const hint = below.length > 0 ? `send it to the sub-plan that waits for it: ${below.join(', ')}` : undefined;
  return withHint(expectedNames(name, context), hint ?? didYouMean(name, openNames(context)));
}

function expectedNames(name: string, context: EventContext): string {
  const open = openNames(context);
  if (open.length === 0) return `event ${shown(name)}: no task of run ${context.runId} waits for an event`;
  const more = open.length > MAX_LISTED ? `, and ${open.length - MAX_LISTED} more` : '';
  const names = `${open.slice(0, MAX_LISTED).map(shown).join(', ')}${more}`;
  return `event: expected a name that a task of run ${context.runId} waits for (${names}), got ${shown(name)}`;
}

/** More names do not help to find the right one. */
const MAX_LISTED = 10;

/** The names that tasks which have not ended wait for. */
function openNames({ graph, progress, awaited }: EventContext): string[] {
  const names = [...eventTasks(graph)].flatMap(({ id, task }) => {
    const name = isOpen(progress, id) ? (awaited.get(id) ?? knownName(task)) : undefined;
    return name === undefined ? [] : [name];
  });
  return [...new Set(names)];
}

const eventTasks = (graph: Graph): GraphTask[] => [...graph.tasks.values()].filter(({ kind }) => kind === 'event');

/** The name that an event task waits for; `undefined` if it is an expression. */
function knownName({ event }: Task): string | undefined {
  const name = typeof event === 'string' ? event : event?.name;
  return name === undefined || expressionSource(name) !== undefined ? undefined : name;
}

/** True for a task that has not ended, and has not received its event. */
function isOpen(progress: Progress, id: string): boolean {
  const { status, answer } = stateOf(progress, id);
  return status === 'pending' || (status === 'running' && answer === undefined);
}

const isWaiting = (progress: Progress, id: string): boolean =>
  stateOf(progress, id).status === 'running' && isOpen(progress, id);

/** More runs do not help either. */
const MAX_SUB_RUNS = 3;
/** Plans that contain each other several times have more sub-runs than can be searched within one message. */
const MAX_VISITS = 1_000;

/** The ids of runs of sub-plans that wait for the event, or will: of a forEach, the id has `INDEX` for the item. */
function subRunsWaitingFor(name: string, { runId, graph, progress, plans = {} }: EventContext): string[] {
  const found: string[] = [];
  let visits = 0;
  const visit = ({ tasks }: Plan, id: string, depth: number): void => {
    if (found.length >= MAX_SUB_RUNS || ++visits > MAX_VISITS) return;
    if (Object.values(tasks).some((task) => knownName(task) === name)) found.push(id);
    if (depth >= MAX_DEPTH) return;
    for (const [key, { plan, forEach }] of Object.entries(tasks))
      visitTask(plan, `${id}/${nameOf(key, forEach)}`, depth);
  };
  const visitTask = (named: Task['plan'], id: string, depth: number): void => {
    const plan = typeof named === 'string' ? (entry(plans, named) as Plan | undefined) : named;
    if (plan !== undefined) visit(plan, id, depth + 1);
  };
  for (const { id, callName, task } of graph.tasks.values()) {
    const { status, made } = stateOf(progress, id);
    if (status !== 'pending' && status !== 'running') continue;
    visitTask(made ?? task.plan, `${runId}/${nameOf(callName, task.forEach)}`, 0);
  }
  return found;
}

const nameOf = (task: string, forEach: Task['forEach']): string => (forEach === undefined ? task : `${task}[INDEX]`);
