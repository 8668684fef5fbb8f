// What has happened in one execution of a run, in order. It is not stored: a replay of the history makes it again. An entry is a few
// words; what a task has to say is read from its state, which keeps it.
import { agentText } from '../plan/task-agents.js';
import { taskOf, type Graph } from '../plan/graph.js';
import { defined } from '../json/defined.js';
import { stateOf } from '../progress/progress.js';
import type { ProgressEvent } from '../progress/event.js';
import type { Phase, Progress } from '../progress/state.js';
import type { TaskStatus } from '../task-status.js';
import type { JournalEvent } from './run-event.js';

/** Characters of one answer as JSON. A payload has at most 2 MiB, and a character up to three bytes. For a run that has ended, each answer is a replay. */
const MAX_CHARACTERS = 500_000;

/** A `forEach` has at most this many entries for its items. */
const PARTS = 100;

export interface EventsPage {
  readonly events: readonly PageEvent[];
  /** How many there are after these. */
  readonly left: number;
}

/** `isOneCall`: all attempts are of one call. */
export type PageEvent = JournalEvent & { readonly isOneCall?: true };

/** The status of a task, the task, and the time in milliseconds since 1970; or an event that no state keeps. */
type Entry = readonly [status: TaskStatus, task: string, at: number] | JournalEvent;

export class Journal {
  private readonly entries: Entry[] = [];
  private phase: Phase;
  private isCancelled: boolean;
  private pausedBecause: string | undefined;

  /** `startedAt`: the run begins with this execution. */
  constructor(
    private readonly graph: Graph,
    private readonly progress: Progress,
    startedAt: number | undefined,
  ) {
    this.phase = progress.phase;
    this.isCancelled = progress.verdict === 'cancelled';
    this.pausedBecause = progress.pausedBecause;
    if (startedAt !== undefined)
      this.entries.push({ type: 'run.started', at: isoTime(startedAt), plan: graph.plan.name });
  }

  /** A task changes its status. */
  moved(task: string, to: TaskStatus, now: number): void {
    this.lookAtRun(now);
    this.noteItems(task, isoTime(now));
    this.entries.push([to, task, now]);
  }

  /** Something else has happened. */
  note(event: ProgressEvent, now: number): void {
    this.lookAtRun(now);
    const at = isoTime(now);
    switch (event.type) {
      case 'asked': {
        const { title, description } = event.question;
        const question = { title: title ?? taskOf(this.graph, event.task).task.approve?.title, description };
        return this.add({ type: 'task.waiting', at, task: event.task, for: 'person', ...defined(question) });
      }
      case 'due':
        return this.add({ type: 'task.waiting', at, task: event.task, for: 'time', until: isoTime(event.at) });
      case 'expanded':
        // Without items, the task has ended already.
        if (event.total > 0) this.add({ type: 'task.expanded', at, task: event.task, items: event.total });
        return;
      case 'itemSettled':
        if (this.isPart(event.task)) this.noteItems(event.task, at);
        return;
    }
  }

  /** A task waits for an event of this name. */
  waits(task: string, event: string, now: number): void {
    this.add({ type: 'task.waiting', at: isoTime(now), task, for: 'event', event });
  }

  /** The events after the first `after`, oldest first. */
  read(after: number, now: number): EventsPage {
    this.lookAtRun(now);
    const events: PageEvent[] = [];
    let size = 0;
    for (const entry of this.entries.slice(after)) {
      const event = this.eventOf(entry);
      size += JSON.stringify(event).length;
      // One event alone is passed on whatever its size.
      if (size > MAX_CHARACTERS && events.length > 0) break;
      events.push(event);
    }
    return { events, left: Math.max(0, this.entries.length - after - events.length) };
  }

  private add(event: JournalEvent): void {
    this.entries.push(event);
  }

  /** Items that end a forEach are part of what is said before its end. */
  private noteItems(task: string, at: string): void {
    const { status, items } = stateOf(this.progress, task);
    if (status !== 'running' || items === undefined) return;
    const { total, succeeded, failed } = items;
    this.add({ type: 'task.progress', at, task, succeeded, failed, items: total });
  }

  private isPart(task: string): boolean {
    const { total = 0, succeeded = 0, failed = 0 } = stateOf(this.progress, task).items ?? {};
    return (succeeded + failed) % Math.ceil(total / PARTS) === 0;
  }

  private lookAtRun(now: number): void {
    const { phase, verdict, pausedBecause } = this.progress;
    const at = isoTime(now);
    if (pausedBecause !== this.pausedBecause) {
      this.pausedBecause = pausedBecause;
      this.add(
        pausedBecause === undefined ? { type: 'run.resumed', at } : { type: 'run.paused', at, because: pausedBecause },
      );
    }
    if (verdict === 'cancelled' && !this.isCancelled) {
      this.isCancelled = true;
      this.add({ type: 'run.cancelling', at });
    }
    if (phase === this.phase) return;
    this.phase = phase;
    if (phase === 'replanning' || phase === 'compensating') this.add({ type: `run.${phase}`, at });
  }

  private eventOf(entry: Entry): PageEvent {
    if (!isStatus(entry)) return entry;
    const [status, task, time] = entry;
    const at = isoTime(time);
    const { attempts, failure = null, skip } = stateOf(this.progress, task);
    const { task: terms } = taskOf(this.graph, task);
    const { agent, forEach, fallback, hedge } = terms;
    const isOneCall = agent !== undefined && [forEach, fallback, hedge].every((one) => one === undefined);
    const ended = { at, task, attempts, ...(isOneCall ? ({ isOneCall } as const) : {}) };
    switch (status) {
      case 'succeeded':
        return { type: 'task.completed', ...ended };
      case 'failed':
      case 'cancelled':
      case 'unknown':
        return { type: `task.${status}`, ...ended, failure };
      case 'skipped':
        return {
          type: 'task.skipped',
          at,
          task,
          cause: skip?.cause ?? 'condition',
          ...defined({ because: skip?.because }),
        };
      case 'compensating':
      case 'compensated':
        return { type: `task.${status}`, at, task };
      case 'compensation-failed':
        return { type: 'task.compensationFailed', at, task };
      case 'running':
      case 'retrying':
      case 'pending':
        return { type: 'task.started', at, task, ...defined({ agent: agentText(terms) }) };
    }
  }
}

const isStatus = (entry: Entry): entry is readonly [TaskStatus, string, number] => Array.isArray(entry);

const isoTime = (ms: number): string => new Date(ms).toISOString();
