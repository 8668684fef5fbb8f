// Heartbeats tell the server that a call is alive, carry its progress and usage to the next attempt, and are the only way by which
// a worker learns that a call has been cancelled. A call that ends before the first tick sends none, unless it fails and the next
// attempt must know something about it.
import type { Context } from '@temporalio/activity';
import type { AgentLog } from '../../domain/agent/agent.js';
import { parseAttemptNotes, type AttemptNotes } from '../../domain/call/request.js';
import { jsonText } from '../errors/json-text.js';

/** A heartbeat every third of the timeout: two may be lost before the server gives the attempt up. */
const TICKS_PER_TIMEOUT = 3;
/** Often enough that a person who cancels a run sees the effect within seconds… */
const TICK_MS = 2_000;
/** …and at most fifty heartbeats a second from one worker, however many calls it has in flight. Intervals are whole multiples of a
 *  tick, because Node.js handles timers of the same length together. */
const MS_PER_CALL = 20;

/** Progress is a bookmark, which the server keeps for every pending attempt. */
const MAX_PROGRESS_BYTES = 256 * 1024;

export interface Heartbeat {
  /** The last progress of the attempt before this one. */
  readonly lastProgress: unknown;
  progress(this: void, value: unknown): void;
  /** Sends a heartbeat now, if there are notes that the next attempt must know. */
  handOn(): void;
  end(): void;
}

/** The notes on all attempts of a call so far; empty if there is nothing to note. */
export type ReadNotes = () => Omit<AttemptNotes, 'progress'>;

/** Sends a heartbeat. A worker with storage keeps its details out of the storage. */
export type SendHeartbeat = (send: () => void) => void;

export type StartHeartbeat = (activity: Context, log: AgentLog, notes: ReadNotes) => Heartbeat;

/** The heartbeats of one worker: it counts its calls in flight. */
export function createHeartbeats(sendHeartbeat: SendHeartbeat = (send) => send()): StartHeartbeat {
  let calls = 0;
  return (activity, log, notes) => {
    const heartbeat = startHeartbeat({ activity, log, notes, calls: ++calls, sendHeartbeat });
    return {
      ...heartbeat,
      end() {
        calls--;
        heartbeat.end();
      },
    };
  };
}

interface HeartbeatOptions {
  readonly activity: Context;
  readonly log: AgentLog;
  readonly notes: ReadNotes;
  readonly calls: number;
  readonly sendHeartbeat: SendHeartbeat;
}

function startHeartbeat({ activity, log, notes, calls, sendHeartbeat }: HeartbeatOptions): Heartbeat {
  const { progress: lastProgress } = parseAttemptNotes(activity.info.heartbeatDetails);
  // Until this attempt has progress of its own it sends that of the attempt before, so that a third attempt still finds it.
  let progress = lastProgress;
  let isOver = false;
  const timeoutMs = activity.info.heartbeatTimeoutMs;
  const beat = () => {
    sendHeartbeat(() => activity.heartbeat({ progress, ...notes() } satisfies AttemptNotes));
  };
  const tickMs = Math.min((timeoutMs ?? 0) / TICKS_PER_TIMEOUT, Math.ceil((calls * MS_PER_CALL) / TICK_MS) * TICK_MS);
  const timer = tickMs === 0 ? undefined : setInterval(beat, tickMs);
  return {
    lastProgress,
    progress(value) {
      if (isOver) return;
      const json = jsonText(value, 'progress');
      // Progress only helps the next attempt: a bad value must not fail the call.
      if (!json.ok) return log.warn(`ignored: ${json.problem}`);
      if (json.bytes > MAX_PROGRESS_BYTES) {
        return log.warn(`ignored: progress: expected at most ${MAX_PROGRESS_BYTES} bytes of JSON, got ${json.bytes}`);
      }
      progress = JSON.parse(json.text);
      beat();
    },
    handOn() {
      if (Object.keys(notes()).length > 0) beat();
    },
    end() {
      isOver = true;
      clearInterval(timer);
    },
  };
}
