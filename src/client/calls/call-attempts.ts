// The attempts of a call before its last one. The server keeps only the last; a worker notes the others, and the call's end has the notes. The
// notes of workers in other languages may be without them: then only their number is known, and why the last of them failed.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { z } from 'zod';
import { isFailureType, isUncounted } from '../../domain/failure.js';
import { truncateEnd } from '../../domain/text/truncate.js';
import { AttemptTiming } from '../../domain/trace/record.js';
import { decodeFirst, failureMessage } from '../../temporal/history.js';
import type { CallRecord } from './call-record.js';

/** Times are in milliseconds since 1970. */
export interface EarlierAttempt {
  /** The first is 1. */
  readonly number: number;
  readonly from: number;
  readonly to: number;
  /** The type and the reason of its failure. */
  readonly failure: string;
  /** It left no note of its end, usually because its worker was lost: it ran at some time between `from` and `to`. */
  readonly isApproximate: boolean;
}

export interface CallAttempts {
  /** All attempts that count, with the last one. */
  readonly count: number;
  /** Those of which the times are known, in order. */
  readonly earlier: readonly EarlierAttempt[];
  /** Why the attempt before the last one failed, if its times are not known. */
  readonly lastFailure?: string;
  /** Of a call in progress: when its present attempt began; `null` while it waits for the next. Absent for a call that has ended. */
  readonly began?: number | null;
}

/** What a call reports at its end, and what a heartbeat carries. */
const Notes = z.object({
  attempts: z.int().optional().catch(undefined),
  refused: z.int().optional().catch(undefined),
  timings: z.array(AttemptTiming).optional().catch(undefined),
});
type Notes = z.infer<typeof Notes>;

/** Whether an agent was called more than once, or an attempt was turned away. */
export const wasRetried = ({ subRun, attempts, lastFailure }: CallRecord): boolean =>
  subRun === undefined && (attempts > 1 || lastFailure !== undefined);

/** Of a call that has ended; `undefined` if it had one attempt. What cannot be read is not known. */
export async function readCallAttempts(client: Client, call: CallRecord): Promise<CallAttempts | undefined> {
  const { attempts, lastFailure } = call;
  if (!wasRetried(call)) return undefined;
  const notes = await readNotes(client, call.notes ?? call.output);
  const timings = notes.timings ?? [];
  const first = timings[0]?.number ?? 1;
  const count = Math.max(notes.attempts ?? attempts - (notes.refused ?? 0), first + timings.length - 1);
  // The last attempt is the one whose times the server has.
  const isListed = first + timings.length - 1 >= count;
  return attemptsOf(client, { count, first, timings: isListed ? timings.slice(0, -1) : timings, lastFailure });
}

/** temporal.api.enums.v1.PendingActivityState */
const STARTED = 2;

/** Of the calls in progress that have failed before, by the name of the call. */
export async function readPendingAttempts(
  client: Client,
  { raw }: WorkflowExecutionDescription,
): Promise<ReadonlyMap<string, CallAttempts>> {
  const found = new Map<string, CallAttempts>();
  for (const { activityId, attempt, state, heartbeatDetails, lastFailure, lastStartedTime } of raw.pendingActivities ??
    []) {
    if ((attempt ?? 1) < 2 && lastFailure == null) continue;
    const { timings: noted = [], refused = 0 } = await readNotes(client, heartbeatDetails);
    const isStarted = Number(state) === STARTED;
    const first = noted[0]?.number ?? 1;
    // The attempt at work notes when it began.
    const timings = noted.filter(({ to }) => to !== undefined);
    const known = first + timings.length;
    const count = Math.max(1, (attempt ?? 1) - refused, known);
    const began = isStarted ? (optionalTsToMs(lastStartedTime) ?? null) : null;
    found.set(activityId ?? '', {
      ...(await attemptsOf(client, { count, first, timings, lastFailure: lastFailure ?? undefined })),
      began,
    });
  }
  return found;
}

/** Attempts, and characters of why one failed. Workers in other languages may note more. */
const MAX_EARLIER = 100;
const MAX_FAILURE = 300;

async function attemptsOf(
  client: Client,
  {
    count,
    first,
    timings,
    lastFailure,
  }: { count: number; first: number; timings: readonly AttemptTiming[]; lastFailure: CallRecord['lastFailure'] },
): Promise<CallAttempts> {
  const newest = timings.slice(-MAX_EARLIER);
  const earlier = newest.map(({ from, to = from, error, message, approximate }, index) => ({
    number: first + timings.length - newest.length + index,
    from,
    to,
    failure: truncateEnd([error, message].filter((part) => part !== undefined).join(': '), MAX_FAILURE),
    isApproximate: approximate === true,
  }));
  const isTold = lastFailure === undefined || earlier.length > 0 || count < 2 || isTurnedAway(lastFailure);
  return { count, earlier, ...(isTold ? {} : { lastFailure: await readable(failureMessage(client, lastFailure)) }) };
}

const isTurnedAway = ({ applicationFailureInfo: info }: NonNullable<CallRecord['lastFailure']>): boolean =>
  isFailureType(info?.type) && isUncounted(info.type);

/** The values may be in a storage that cannot be reached from here, or encrypted with another key. */
const readNotes = async (client: Client, payloads: CallRecord['notes']): Promise<Notes> =>
  Notes.safeParse(await decodeFirst(client, payloads?.payloads).catch(() => undefined)).data ?? {};

const readable = async (message: Promise<string>): Promise<string> =>
  truncateEnd(
    await message.catch((error: unknown) => (error instanceof Error ? error.message : String(error))),
    MAX_FAILURE,
  );
