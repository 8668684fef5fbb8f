// The events that a run receives: by the update `sendEvent`, which is refused if no task can take the event, or by the signal
// `deliverEvent` of clients that do not know the update.
// V1. A signal is in the history before anything can refuse it, and an error in its handler would fail the Workflow Task. A signal
//     that cannot be accepted is dropped, with a warning in the worker's log and a note in the state of the run.
// V2. A run whose history has more events than the bounds of today keeps them, so that it replays: `patched` is called only when a bound
//     is exceeded, and is false in histories from before the bounds.
import { defineSignal, defineUpdate, log, patched, setHandler } from '@temporalio/workflow';
import { shown } from '../domain/problem.js';
import { willContinue } from '../domain/progress/replan.js';
import { receivedUnder } from '../domain/progress/received-events.js';
import { eventFault } from '../domain/run/message-limits.js';
import { eventTakers, receiptFor, whyNotTaken, type EventContext } from '../domain/run/event-takers.js';
import { MESSAGES, SignalledEvent, SentEvent, type EventReceipt } from '../domain/run/messages.js';
import { checkFault, checkRunning, parseMessage } from './message-checks.js';
import { report, wake, type Run } from './run.js';

const sendEvent = defineUpdate<EventReceipt, [SentEvent]>(MESSAGES.sendEvent);
const deliverEvent = defineSignal<[SignalledEvent]>(MESSAGES.deliverEvent);

/** The name is part of histories, so it never changes. */
const BOUNDED_EVENTS = 'baton-bounded-events';

export function onSendEvent(run: Run): void {
  const handler = ({ name, data = null, id }: SentEvent): EventReceipt => {
    if (id !== undefined) {
      const known = receivedUnder(run.progress, id);
      if (known !== undefined) return { event: known, state: 'repeated', tasks: [] };
      report(run, { type: 'eventReceived', id, name });
    }
    const receipt = receiptFor(name, run.inbox.countOf(name), contextOf(run));
    keep(run, name, data);
    return receipt;
  };
  setHandler(sendEvent, handler, { validator: (message) => checkEvent(run, message) });
}

function checkEvent(run: Run, message: unknown): void {
  const event = parseMessage(SentEvent, message);
  const { name, data, id } = event;
  checkFault(eventFault(event));
  if (id !== undefined && receivedUnder(run.progress, id) !== undefined) return;
  if (!willContinue(run.graph, run.progress)) checkRunning(run);
  checkFault(whyNotTaken(name, contextOf(run)) ?? whyNotKept(run, name, data));
}

export function onDeliverEvent(run: Run): void {
  setHandler(deliverEvent, (message) => {
    const parsed = SignalledEvent.safeParse(message);
    if (!parsed.success) return drop(run, nameIn(message), 'it is not an event');
    const { name, data = null } = parsed.data;
    const reason = eventFault({ name, data }) ?? whyNotKept(run, name, data);
    if (reason !== undefined && patched(BOUNDED_EVENTS)) return drop(run, name, reason);
    keep(run, name, data);
  });
}

const nameIn = (message: unknown): string =>
  typeof message === 'object' && message !== null && 'name' in message && typeof message.name === 'string'
    ? message.name
    : shown(message);

function keep(run: Run, name: string, data: unknown): void {
  run.inbox.add(name, data);
  wake(run);
}

function drop(run: Run, name: string, reason: string): void {
  report(run, { type: 'eventDropped', name, reason });
  log.warn(`an event that came by signal was dropped: ${reason}`, { run: run.id, event: shown(name) });
}

/** Why the run has no room for an event that no task takes immediately; `undefined` if it has. */
function whyNotKept(run: Run, name: string, data: unknown): string | undefined {
  const { waiting, perhaps } = eventTakers(name, contextOf(run));
  // After continue-as-new, a task that waits is not listed as waiting until its name has been evaluated again.
  const mayWait = perhaps.some((task) => run.progress.tasks[task]?.status === 'running');
  if (mayWait || waiting.length > run.inbox.countOf(name)) return undefined;
  const full = run.inbox.whyFull(name, data ?? null);
  return full === undefined ? undefined : `event ${shown(name)}: ${full}: send it again later`;
}

const contextOf = ({ id, graph, progress, awaited, request: { plans } }: Run): EventContext => ({
  runId: id,
  graph,
  progress,
  awaited,
  plans,
});
