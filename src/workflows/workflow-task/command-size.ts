// All commands of one Workflow Task travel in one message, and the server accepts at most 4 MB: a larger Workflow Task fails and is
// retried for ever. Commands that do not fit wait for the next Workflow Task.
import { MAX_VALUE_BYTES } from '../../domain/json/byte-size.js';
import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';

/** Well below 4 MB, because the result of the run may be part of the same message. */
const MAX_BYTES = 2_000_000;
/** The size of a command without its input. */
const COMMAND_BYTES = 1024;

/** The size of the commands of the Workflow Task that began at this length of history. */
export interface CommandBytes {
  historyLength: number;
  bytes: number;
  next?: Promise<void>;
}

/** Reserves room for a command with an input of this size. Returns a promise if the command has to wait. */
export function reserveCommandBytes(
  { sent }: { readonly sent: CommandBytes },
  inputBytes: number,
): Promise<void> | undefined {
  const { historyLength } = workflowInfo();
  if (sent.historyLength !== historyLength) Object.assign(sent, { historyLength, bytes: 0 });
  // A larger input is stored: the command has a reference to it.
  const bytes = (inputBytes > MAX_VALUE_BYTES ? 0 : inputBytes) + COMMAND_BYTES;
  if (sent.bytes === 0 || sent.bytes + bytes <= MAX_BYTES) {
    sent.bytes += bytes;
    return undefined;
  }
  sent.next ??= nextWorkflowTask(sent);
  return sent.next.then(() => reserveCommandBytes({ sent }, inputBytes));
}

/** Not cancellable: it takes a millisecond, and many calls wait for the same timer. */
async function nextWorkflowTask(sent: CommandBytes): Promise<void> {
  await CancellationScope.nonCancellable(() => sleep(1, { summary: 'room for more calls' }));
  delete sent.next;
}
