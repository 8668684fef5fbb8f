// The state of the starts that wait for the run of one id.
// Q1. `queue`: in the order of the calls. A start that is sent again under its ticket changes nothing.
// Q2. `replace`: takes the first place, because it replaces what runs now. It supersedes an earlier `replace` that has not started.
// Q3. The first start is being carried out, or waits until the run of this id has ended. If it is a `replace`, that run is cancelled.
import { jsonBytes } from '../../json/byte-size.js';
import { QueuedStart, type TicketState } from './messages.js';

/** The fate of a start is known to the Workflow for as many later ones. */
const MAX_ENDED = 100;

/** More starts of one run id that wait are taken for a mistake. */
export const MAX_QUEUED = 100;

export interface RunQueueState {
  readonly queued: QueuedStart[];
  /** The ticket that is being started. */
  starting?: string;
  /** The fates of the last starts, oldest first. */
  readonly ended: [ticket: string, fate: TicketState][];
}

export const createRunQueue = (): RunQueueState => ({ queued: [], ended: [] });

export function stateOfTicket({ queued, starting, ended }: RunQueueState, ticket: string): TicketState {
  if (ticket === starting) return { is: 'starting' };
  const ahead = queued.findIndex((one) => one.ticket === ticket);
  if (ahead >= 0) return { is: 'queued', ahead };
  return ended.find(([one]) => one === ticket)?.[1] ?? { is: 'unknown' };
}

/** Why the start cannot wait here, in words; `limit`: the most bytes of JSON that all of them may have. */
export function queueFault(state: RunQueueState, start: QueuedStart, limit: number): string | undefined {
  if (stateOfTicket(state, start.ticket).is !== 'unknown') return undefined;
  const { length } = remaining(state, start);
  if (length >= MAX_QUEUED) return `${length} starts wait for the run of this id already, at most ${MAX_QUEUED} may`;
  const bytes = jsonBytes(state) + jsonBytes(start);
  if (bytes <= limit) return undefined;
  return `the starts that wait for the run of this id would be ${bytes} bytes of JSON together, at most ${limit} fit into one payload`;
}

export function enqueue(state: RunQueueState, start: QueuedStart): TicketState {
  if (stateOfTicket(state, start.ticket).is === 'unknown') {
    if (start.policy === 'queue') state.queued.push(start);
    else {
      state.queued.unshift(start);
      supersede(state);
    }
  }
  return stateOfTicket(state, start.ticket);
}

/** Only the newest `replace` stays, which is the first of them, and the one that is being started. */
function supersede(state: RunQueueState): void {
  const older = state.queued.filter(({ policy }) => policy === 'replace').slice(1);
  for (const { ticket } of older) if (ticket !== state.starting) end(state, ticket, { is: 'superseded' });
}

/** The start that was tried has to wait: another run has the id. */
export function notYet(state: RunQueueState): void {
  delete state.starting;
  supersede(state);
}

/** The starts that stay if this one comes. */
const remaining = ({ queued, starting }: RunQueueState, { policy }: QueuedStart): QueuedStart[] =>
  policy === 'queue' ? queued : queued.filter((one) => one.policy === 'queue' || one.ticket === starting);

/** The state of the ticket afterwards: `starting` if it came too late. */
export function withdraw(state: RunQueueState, ticket: string): TicketState {
  if (stateOfTicket(state, ticket).is === 'queued') end(state, ticket, { is: 'withdrawn' });
  return stateOfTicket(state, ticket);
}

/** The start has been carried out, or has failed. */
export function end(state: RunQueueState, ticket: string, fate: TicketState): void {
  const at = state.queued.findIndex((one) => one.ticket === ticket);
  if (at >= 0) state.queued.splice(at, 1);
  if (state.starting === ticket) delete state.starting;
  state.ended.push([ticket, fate]);
  if (state.ended.length > MAX_ENDED) state.ended.shift();
}
