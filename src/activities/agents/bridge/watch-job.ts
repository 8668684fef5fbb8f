// Looks at a job until it has ended, less and less often, and notes what has changed.
import type { AgentContext } from '../../../domain/agent/agent.js';
import type { Job } from '../../../domain/call/job.js';
import { defined } from '../../../domain/json/defined.js';
import type { Clock } from './clock.js';
import type { JobRef, JobSystem, Sighting } from './job-system.js';
import { outlast } from './outlast.js';
import { pauses } from './pace.js';

/** How long a system that reports changes may delay its answer: at first briefly, to note its state soon; then less than proxies allow by default. */
const FIRST_LOOK_MS = 500;
const LONGEST_LOOK_MS = 20_000;

/** A job may report thousands of changes a second: the worker has other calls as well. */
const CHANGE_PAUSE_MS = 100;

type Ended = Exclude<Sighting, { state: 'queued' | 'running' | 'waiting' }>;

export interface Watching {
  readonly system: JobSystem;
  readonly job: JobRef;
  readonly context: AgentContext;
  readonly clock: Clock;
  note(this: void, job: Job): void;
}

export async function watchJob({ system, job, context, clock, note }: Watching): Promise<Ended> {
  const { signal } = context;
  const what = `${system.where}: job ${job.id}`;
  const pause = pauses();
  let seen = '';
  for (;;) {
    const look = () => system.look(job, { signal, waitMs: seen === '' ? FIRST_LOOK_MS : LONGEST_LOOK_MS });
    const sighting = await outlast({ context, clock, what }, look);
    signal.throwIfAborted();
    if (!isInProgress(sighting)) return sighting;
    const now = JSON.stringify(sighting);
    if (now !== seen) {
      seen = now;
      note(noteOf(job, sighting));
    }
    await clock.sleep(system.reportsChanges === true ? CHANGE_PAUSE_MS : pause.next().value, signal);
  }
}

const isInProgress = (sighting: Sighting): sighting is Exclude<Sighting, Ended> =>
  sighting.state === 'queued' || sighting.state === 'running' || sighting.state === 'waiting';

function noteOf(job: JobRef, { state, progress, ...rest }: Exclude<Sighting, Ended>): Job {
  return { ...job, ...rest, state, ...defined({ progress }) };
}
