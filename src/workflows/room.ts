// All that one Workflow Task commands travels in one message, and the server takes none above 4 MB: a Workflow Task that
// wants more fails, and is tried again for ever. What does not fit waits for the next Workflow Task.
import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';
import type { Run } from './run.js';

/** Well below 4 MB, for the result of a run may be of the same Workflow Task. */
const MAX_BYTES = 2_000_000;
/** What a command takes beside its input. */
const COMMAND_BYTES = 1024;

/** What the Workflow Task that began at this length of history has commanded. */
export interface Sent {
  historyLength: number;
  bytes: number;
  next?: Promise<void>;
}

/** Takes room for a command with so many bytes of input; a promise where it has to wait for it. */
export function roomFor({ sent }: Pick<Run, 'sent'>, inputBytes: number): Promise<void> | undefined {
  const { historyLength } = workflowInfo();
  if (sent.historyLength !== historyLength) Object.assign(sent, { historyLength, bytes: 0 });
  const bytes = inputBytes + COMMAND_BYTES;
  if (sent.bytes === 0 || sent.bytes + bytes <= MAX_BYTES) {
    sent.bytes += bytes;
    return undefined;
  }
  sent.next ??= nextWorkflowTask(sent);
  return sent.next.then(() => roomFor({ sent }, inputBytes));
}

/** A cancel does not cut it short: it is a millisecond, and many wait for the same. */
async function nextWorkflowTask(sent: Sent): Promise<void> {
  await CancellationScope.nonCancellable(() => sleep(1, { summary: 'room for more calls' }));
  delete sent.next;
}
