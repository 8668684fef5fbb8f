// Reports to the worker that a run is being replayed.
import { proxySinks, workflowInfo, type Sinks } from '@temporalio/workflow';
import { REPLAY_SINK, type ReplaySinks } from '../domain/run/replay-notice.js';

/** Makes no command, and costs nothing if the run is not being replayed. */
export function reportReplay(): void {
  if (workflowInfo().unsafe.isReplaying) proxySinks<ReplaySinks & Sinks>()[REPLAY_SINK].began();
}
