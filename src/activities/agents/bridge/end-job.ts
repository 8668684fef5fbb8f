// Cancels a job, and waits until it has ended: what the run does next, such as undoing its work, must not meet a job that still works.
import { isRetryable } from '../../../domain/failure.js';
import { AgentError } from '../../errors/agent-error.js';
import type { Clock } from './clock.js';
import type { JobRef, JobSystem } from './job-system.js';
import { within } from './within.js';

/** How long a system may take to end a job. */
export const END_MS = 60_000;

const REQUEST_MS = 15_000;
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 2_000;

/** False if the job has not ended in time, or the system could not be asked. Throws an `AgentError` if it refuses. */
export async function endJob(system: JobSystem, job: JobRef, clock: Clock): Promise<boolean> {
  const until = clock.now() + END_MS;
  const what = `${system.where}: job ${job.id}: no answer`;
  let isRequested = false;
  for (let pause = PAUSE_MS; clock.now() < until; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      if (!isRequested) await within(REQUEST_MS, what, (signal) => system.cancel(job, signal));
      isRequested = true;
      const look = (signal: AbortSignal) => system.look(job, { signal, waitMs: LONGEST_PAUSE_MS });
      const { state } = await within(REQUEST_MS, what, look);
      if (state !== 'queued' && state !== 'running' && state !== 'waiting') return true;
    } catch (error) {
      if (!(error instanceof AgentError) || !isRetryable(error.type)) throw error;
    }
    await clock.sleep(pause);
  }
  return false;
}
