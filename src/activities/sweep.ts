// The activity that sweeps. What it does is given by the worker, which has the client and the storage.
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { SweepRequest, type SweepReply } from '../domain/run/sweep.js';

/** `onProgress` is called again and again until it has ended. */
export type SweepNow = (request: SweepRequest, onProgress: () => void) => Promise<SweepReply>;

/** Well below the heartbeat timeout, in which one history or one list of values is read. */
const HEARTBEAT_MS = 10_000;

export const createSweep =
  (sweep: SweepNow | undefined) =>
  async (raw: SweepRequest): Promise<SweepReply> => {
    if (sweep === undefined) {
      const message = 'this worker cannot sweep: only one that createWorker or the command line has made can';
      throw ApplicationFailure.nonRetryable(message, 'InternalError');
    }
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      return await sweep(SweepRequest.parse(raw), () => context.cancellationSignal.throwIfAborted());
    } finally {
      clearInterval(beat);
    }
  };
