// How many calls may be in flight without their outputs overflowing the history: Temporal terminates a run whose history is too large.
// O1. A call starts only if its expected output fits into the history together with those of the calls in flight.
// O2. Expected is what the agent declares (`maxOutput`), else the largest output of the agent so far, else the largest possible one:
//     until the first call of an agent has ended, fewer of its calls run at the same time.
// O3. That holds for a short time only (`sizesAssumed`). Then the outputs of an agent that has not answered count as small: large
//     outputs in large numbers usually come from agents that answer quickly, and many slow agents must not wait for each other.
// O4. A sub-plan is a call whose output is that of its run.
// O5. A hedge counts like the call that it repeats. It never waits: without room it is not made.
// O6. If no such call is in flight, one may start in any case: otherwise the run could wait for ever.
import type { AgentCard } from '../agent/agent.js';
import { byteCount } from '../byte-count.js';
import { MAX_VALUE_BYTES, jsonBytes } from '../json/byte-size.js';
import { entry } from '../json/own-property.js';
import { isValueReference, referencedBytes } from '../json/value-reference.js';
import { MAX_CONCURRENCY } from '../plan/plan.js';
import type { GraphTask } from '../plan/graph.js';
import { LAST_BYTE } from './history-limits.js';
import type { OutputSizes, Progress } from './state.js';

/** A larger output is stored, and the history has a reference to it, if payloads of the run are stored: the largest `threshold`. */
const STORED_FROM = 128 * 1024;

/** So that as many calls as a run may have in flight fit. */
const ASSUMED_BYTES = Math.floor(LAST_BYTE / (2 * MAX_CONCURRENCY));

export interface OutputRoom {
  readonly historyBytes: number;
  /** The most bytes of JSON of one output. */
  readonly valueLimit: number;
  readonly cards: Readonly<Record<string, AgentCard>>;
}

/** Whose outputs are part of the history: agents, or the sub-plans of a task; empty for other tasks. No agent has a name with ":". */
function sourcesOf({ id, task: { agent, race, vote, plan, decompose } }: GraphTask): readonly string[] {
  if (plan !== undefined || decompose !== undefined) return [`plan:${id}`];
  return agent === undefined ? (race ?? vote?.agents ?? []) : [agent];
}

/** True if the calls of this task, or of one of its items, may start. */
export function hasOutputRoom(progress: Progress, task: GraphTask, room: OutputRoom): boolean {
  const outputs = (progress.outputs ??= { largest: {}, inFlight: {} });
  const { inFlight } = outputs;
  const sources = sourcesOf(task);
  if (sources.length === 0 || Object.keys(inFlight).length === 0) return true;
  let bytes = bytesInFlight(outputs, room);
  for (const source of sources) bytes += expectedBytes(source, outputs, room);
  if (bytes <= LAST_BYTE) return true;
  awaitSizes(outputs, [...sources, ...Object.keys(inFlight)], room);
  return false;
}

/** True if one more call of the agent may start now. It does not wait for room. */
export function hasRoomForCall(
  { outputs = { largest: {}, inFlight: {} } }: Progress,
  agent: string,
  room: OutputRoom,
): boolean {
  const added = expectedBytes(agent, outputs, room);
  return bytesInFlight(outputs, room) + added <= LAST_BYTE;
}

/** The history, with the outputs of the calls in flight. */
function bytesInFlight(outputs: OutputSizes, room: OutputRoom): number {
  return Object.entries(outputs.inFlight).reduce(
    (bytes, [source, count]) => bytes + count * expectedBytes(source, outputs, room),
    room.historyBytes,
  );
}

function expectedBytes(
  source: string,
  { largest, assumed = [] }: OutputSizes,
  { valueLimit, cards }: OutputRoom,
): number {
  const declared = entry(cards, source)?.maxOutput;
  const unknown = assumed.includes(source) ? ASSUMED_BYTES : valueLimit;
  const expected = declared === undefined ? (entry(largest, source) ?? unknown) : byteCount(declared);
  return Math.min(expected, valueLimit > MAX_VALUE_BYTES ? STORED_FROM : valueLimit);
}

function awaitSizes(outputs: OutputSizes, sources: readonly string[], { cards }: OutputRoom): void {
  const { largest, awaited = [], assumed = [] } = outputs;
  const isUnknown = (source: string) =>
    entry(cards, source)?.maxOutput === undefined && !Object.hasOwn(largest, source);
  const more = sources.filter((source) => isUnknown(source) && !awaited.includes(source) && !assumed.includes(source));
  if (more.length > 0) outputs.awaited = [...new Set([...awaited, ...more])];
}

/** True if calls wait only because an agent has not answered yet. */
export const awaitsSizes = ({ outputs }: Progress): boolean => (outputs?.awaited ?? []).length > 0;

/** From now on, the agents that were awaited count as agents with small outputs. */
export function assumeSizes({ outputs }: Progress): void {
  if (outputs?.awaited === undefined) return;
  outputs.assumed = [...(outputs.assumed ?? []), ...outputs.awaited];
  delete outputs.awaited;
}

/** Counts the calls of a task, or of one of its items, as in flight. Does nothing in a run that does not ask for room. */
export function countStarted({ outputs }: Progress, task: GraphTask): void {
  if (outputs !== undefined) for (const source of sourcesOf(task)) add(outputs.inFlight, source, 1);
}

/** Counts a hedge as in flight, in addition to the call that it repeats. */
export function countHedgeStarted({ outputs }: Progress, agent: string): void {
  if (outputs !== undefined) add(outputs.inFlight, agent, 1);
}

export function countHedgeEnded({ outputs }: Progress, agent: string): void {
  if (outputs !== undefined) add(outputs.inFlight, agent, -1);
}

function add(inFlight: Record<string, number>, source: string, count: number): void {
  const left = (entry(inFlight, source) ?? 0) + count;
  if (left > 0) inFlight[source] = left;
  else delete inFlight[source];
}

/** The size of an output that is stored is known, and no text is made of it. */
const outputBytes = (output: unknown): number =>
  isValueReference(output) ? referencedBytes(output) : jsonBytes(output);

/** Counts them as ended, and remembers the size of the output. */
export function countEnded({ outputs }: Progress, task: GraphTask, output: unknown): void {
  if (outputs === undefined) return;
  const { largest, inFlight } = outputs;
  const sources = sourcesOf(task);
  const bytes = output === undefined || sources.length === 0 ? undefined : outputBytes(output);
  for (const source of sources) {
    add(inFlight, source, -1);
    if (bytes !== undefined) largest[source] = Math.max(entry(largest, source) ?? 0, bytes);
  }
  const awaited = outputs.awaited?.filter((source) => !Object.hasOwn(largest, source)) ?? [];
  if (awaited.length > 0) outputs.awaited = awaited;
  else delete outputs.awaited;
}
