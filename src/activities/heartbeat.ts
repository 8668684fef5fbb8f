// Heartbeats keep a call alive on the server, carry its progress and what it has spent to the next attempt, and are the only
// way by which the news of a cancellation comes here. A call that is over before the first tick sends none, unless it fails
// and the next attempt is to know something of it.
import type { Context } from '@temporalio/activity';
import type { AgentLog } from '../domain/agent.js';
import { notedIn, type Noted } from '../domain/call.js';
import { jsonText } from './json-value.js';

/** A third of the timeout: two heartbeats may be lost before the server gives the attempt up. */
const TICKS_PER_TIMEOUT = 3;
/** Often enough that a cancellation is felt at once by whoever asked for it… */
const TICK_MS = 2_000;
/** …and no more than fifty heartbeats a second from one worker, however many calls it has in flight. In whole ticks: Node.js
 *  keeps timers of the same length together. */
const MS_PER_CALL = 20;

/** Progress is a bookmark; the server keeps it with every pending attempt. */
const MAX_PROGRESS_BYTES = 256 * 1024;

export interface Heartbeat {
  /** What the attempt before this one noted last. */
  readonly lastProgress: unknown;
  progress(this: void, value: unknown): void;
  /** Hands what is to be known of this attempt to the next one. */
  handOn(): void;
  end(): void;
}

/** What all attempts of a call have spent so far, and how many of them were turned away; empty as long as there is nothing to say. */
export type NotedSoFar = () => Omit<Noted, 'progress'>;

export type StartHeartbeat = (activity: Context, log: AgentLog, noted: NotedSoFar) => Heartbeat;

/** The heartbeats of one worker, which knows how many calls it has in flight. */
export function createHeartbeats(): StartHeartbeat {
  let calls = 0;
  return (activity, log, noted) => {
    const heartbeat = startHeartbeat({ activity, log, noted, calls: ++calls });
    return {
      ...heartbeat,
      end() {
        calls--;
        heartbeat.end();
      },
    };
  };
}

interface Starting {
  readonly activity: Context;
  readonly log: AgentLog;
  readonly noted: NotedSoFar;
  readonly calls: number;
}

function startHeartbeat({ activity, log, noted, calls }: Starting): Heartbeat {
  const { progress: lastProgress } = notedIn(activity.info.heartbeatDetails);
  // Until this attempt notes something, it hands on what it found, so that a third attempt still finds it.
  let progress = lastProgress;
  let over = false;
  const timeoutMs = activity.info.heartbeatTimeoutMs;
  const beat = () => {
    activity.heartbeat({ progress, ...noted() } satisfies Noted);
  };
  const tickMs = Math.min((timeoutMs ?? 0) / TICKS_PER_TIMEOUT, Math.ceil((calls * MS_PER_CALL) / TICK_MS) * TICK_MS);
  const timer = tickMs === 0 ? undefined : setInterval(beat, tickMs);
  return {
    lastProgress,
    progress(value) {
      if (over) return;
      const json = jsonText(value, 'progress');
      // Progress is an aid: a bad value must not fail the call that it helps.
      if (!json.ok) return log.warn(`ignored: ${json.problem}`);
      if (json.bytes > MAX_PROGRESS_BYTES) {
        return log.warn(`ignored: progress: expected at most ${MAX_PROGRESS_BYTES} bytes of JSON, got ${json.bytes}`);
      }
      progress = JSON.parse(json.text);
      beat();
    },
    handOn() {
      if (Object.keys(noted()).length > 0) beat();
    },
    end() {
      over = true;
      clearInterval(timer);
    },
  };
}
