// Whether some attempt of a call got no answer: then the call may have done its work, whatever the last attempt ended with. Each
// attempt is an execution of its own and may be lost with its worker. The next attempt, and the run, know only its notes.
// U1. An attempt that fails records its number as `ended`, and in `unanswered` the first attempt of the call that got no answer.
// U2. An attempt that recorded no end was lost. It counts as unanswered, because it may have called the agent.
// U3. While the agent is working, each heartbeat records `open`. A second or later attempt records it before it calls the agent. A
//     first attempt does not, because a heartbeat for each call costs a round trip; the server knows whether it was made.
import type { AttemptNotes } from './request.js';

const LOST = 'its worker was lost';

/** The sentence that says that attempt number `attempt` got no answer. */
export const noAnswerText = (attempt: number, why: string): string =>
  `attempt ${Math.max(1, attempt)} got no answer: ${why}`;

/**
 * The first attempt without an answer among those before attempt number `next`, in words; `undefined` if there is none.
 * `next` is the server's number. After `retryTask` the server counts from 1 again. That changes nothing about the attempts before:
 * those that ended have recorded it.
 */
export function unansweredBefore(notes: AttemptNotes, next: number): string | undefined {
  if (notes.unanswered !== undefined) return notes.unanswered;
  const isLost = notes.open === true || (next > 1 && notes.ended !== next - 1);
  return isLost ? noAnswerText(next - 1 - (notes.refused ?? 0), LOST) : undefined;
}

/** True if the notes prove that each attempt so far ended with an answer, or before it reached the agent. */
export const isProvenAnswered = (notes: AttemptNotes): boolean =>
  notes.ended !== undefined && unansweredBefore(notes, notes.ended + 1) === undefined;
