// One attempt of a call: what it knows of the attempts before it, what has happened in it, and what the next attempt must know.
import { defined } from '../../domain/json/defined.js';
import type { Info } from '@temporalio/activity';
import { parseAttemptNotes, type CallReply, type CallRequest, type AttemptNotes } from '../../domain/call/request.js';
import { NO_USAGE } from '../../domain/call/usage.js';
import { isUncounted, isUnanswered, type FailureType } from '../../domain/failure.js';
import { noAnswerText, unansweredBefore } from '../../domain/call/unanswered.js';
import { truncateEnd } from '../../domain/text/truncate.js';
import { Timings } from './timings.js';

/** Characters of a failure's message that are noted for an attempt without an answer. */
const MAX_REASON = 300;

export interface Attempt {
  /** Its number among the attempts that count; the first is 1. */
  readonly number: number;
  /** The server's number of it, which also counts attempts that were turned away. */
  readonly serverNumber: number;
  /** When the server scheduled it, by the server's clock. */
  readonly scheduledMs: number;
  /** Number of attempts that were turned away before they reached the agent. */
  refused: number;
  /** The id of the pool resource that this attempt holds. */
  resource?: string;
  /** The pool that it is waiting for. */
  waitsFor?: string | undefined;
  /** True once it has called the agent. */
  began: boolean;
  /** When it called the agent, by a monotonic clock. */
  beganAtMs?: number;
  ended: boolean;
  /** The server's number of the last attempt before this one that noted its end. */
  readonly endedBefore: number | undefined;
  /** The first attempt of the call that got no answer, in words. */
  unanswered: string | undefined;
  missing: AttemptNotes['missing'];
  usage: CallReply['usage'];
  /** The attempts of the call, for traces and pictures. */
  readonly timings: Timings;
}

/** `isUnread`: the attempt before this one ended at its start, because its input could not be read from the storage. */
export function openAttempt(info: Info, isUnread = false): Attempt {
  const { attempt: serverNumber } = info;
  const sent = parseAttemptNotes(info.heartbeatDetails);
  const noted = isUnread ? withUnread(sent, info) : sent;
  // When a person retries the call, the server counts from 1 again.
  const isReset = noted.ended !== undefined && noted.ended >= serverNumber;
  const refused = isReset ? 0 : (noted.refused ?? 0);
  const number = Math.max(1, serverNumber - refused);
  return {
    number,
    serverNumber,
    scheduledMs: info.currentAttemptScheduledTimestampMs,
    refused,
    began: false,
    ended: false,
    endedBefore: noted.ended,
    unanswered: unansweredBefore(noted, serverNumber),
    missing: noted.missing,
    usage: { ...NO_USAGE, ...noted.spent },
    timings: new Timings(noted.timings ?? [], {
      before: number - 1,
      firstMs: info.scheduledTimestampMs,
      lostMs: info.currentAttemptScheduledTimestampMs,
    }),
  };
}

/**
 * The notes, with the attempts that recorded no end as turned away. If one of them may have reached the agent, it counts as an
 * attempt without an answer. A second or later one would have recorded that it began. The first may have been lost before that,
 * but only if there was time for the server to notice.
 */
function withUnread(noted: AttemptNotes, info: Info): AttemptNotes {
  const { attempt: next, scheduledTimestampMs, currentAttemptScheduledTimestampMs, heartbeatTimeoutMs = 0 } = info;
  const unrecorded = next - 1 - (noted.ended ?? 0);
  const waitedMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  const mayBeLost = noted.ended === undefined && unrecorded > 1 && waitedMs >= heartbeatTimeoutMs;
  const isLost = unrecorded > 1 && (noted.open === true || mayBeLost);
  const { open: _, ...rest } = noted;
  return {
    ...rest,
    refused: (noted.refused ?? 0) + unrecorded - (isLost ? 1 : 0),
    ended: next - 1,
    ...defined({ unanswered: isLost ? unansweredBefore({ ...noted, open: true }, next) : noted.unanswered }),
  };
}

/** Notes that the agent is being called. True if the attempts after this one must know that, however this one ends. */
export function beginCall(attempt: Attempt): boolean {
  attempt.began = true;
  attempt.beganAtMs = performance.now();
  attempt.timings.begin();
  // The attempts before this one reached the agent too.
  attempt.usage = { ...attempt.usage, calls: attempt.number };
  return attempt.serverNumber > 1 || attempt.endedBefore !== undefined;
}

/** How an attempt has failed. */
export interface AttemptEnd {
  readonly type: FailureType;
  readonly message: string;
  /** It does not count against the attempts that the retry policy allows. */
  readonly usesNone: boolean;
  /** It was not an attempt, see `isAfterLast`. */
  readonly isAfterLast: boolean;
}

export function endAttempt(attempt: Attempt, { type, message, usesNone, isAfterLast }: AttemptEnd): void {
  attempt.ended = true;
  if (usesNone) attempt.refused++;
  // One that was handed over has worked, although it does not count.
  if (usesNone ? attempt.began && !isUncounted(type) : !isAfterLast) attempt.timings.end(type, message);
  if (attempt.began && isUnanswered(type)) {
    attempt.unanswered ??= noAnswerText(attempt.number, truncateEnd(message, MAX_REASON));
  }
}

/** True if no attempt follows this one. Always false for calls whose attempts the server counts: the server ends those. */
export const isLast = ({ number }: Attempt, { countsAttempts, retry }: CallRequest): boolean =>
  countsAttempts === true && number >= retry.attempts;

/** True if all attempts that the call may have were made before this one, and the last of them was lost. */
export const isAfterLast = ({ number }: Attempt, { countsAttempts, retry }: CallRequest): boolean =>
  countsAttempts === true && number > retry.attempts;

/** What the next attempt, or the run, must know of the attempts so far. The number of calls is not noted: the server counts attempts. */
export function notesOf(attempt: Attempt): Omit<AttemptNotes, 'progress'> {
  const { usage, refused, resource, waitsFor, began, ended, serverNumber, endedBefore, unanswered, missing } = attempt;
  const timings = attempt.timings.noted();
  const { tokens, usd } = usage;
  const endedLast = ended ? serverNumber : endedBefore;
  return {
    ...(tokens === 0 && usd === 0 ? {} : { spent: { tokens, usd } }),
    ...(refused === 0 ? {} : { refused }),
    ...defined({ resource, waitsFor, ended: endedLast }),
    ...(began && !ended ? { open: true as const } : {}),
    ...defined({ unanswered, missing, timings }),
  };
}
