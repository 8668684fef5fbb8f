// Has one job done in another system: submit → look until it ends → collect. The same for all systems.
// J1. A job is submitted under a name that is the same for every attempt. The system takes it once, so an attempt that follows a lost one
//     attaches to the job that is there, recorded or not.
// J2. A job that has failed is followed, in the next attempt, by another one under another name: its round is noted before the failure.
// J3. A system that cannot be asked for a while does not fail the call: its job continues meanwhile.
// J4. When the call is cancelled or its time is over, the job is ended, see `end-job.ts`. When the worker shuts down it is not: the next
//     attempt attaches to it.
import { z } from 'zod';
import type { AgentContext } from '../../../domain/agent/agent.js';
import { Job, type JobProgress } from '../../../domain/call/job.js';
import { defined } from '../../../domain/json/defined.js';
import { AgentError } from '../../errors/agent-error.js';
import { systemClock, type Clock } from './clock.js';
import { endJob } from './end-job.js';
import { jobName } from './job-name.js';
import type { JobRef, JobSystem, OpenJobSystem } from './job-system.js';
import { outlast } from './outlast.js';
import { watchJob } from './watch-job.js';
import { within } from './within.js';

/** How long a system may take to accept a job. */
export const SUBMIT_MS = 30_000;

/** What an attempt notes for the next one. */
const JobNotes = z.object({
  job: Job,
  /** 1 for the first job of the call. */
  round: z.int().min(1),
  /** The job has ended, and the next attempt submits another one. */
  ended: z.literal(true).optional(),
  /** The job was to be ended, and may not have ended yet. */
  ending: z.literal(true).optional(),
});
type JobNotes = z.infer<typeof JobNotes>;

/** What a job must not outlive. When the worker shuts down or loses a lease, the job continues. */
const ENDS_JOB: ReadonlySet<string> = new Set(['Cancelled', 'Timeout', 'Idle']);

/** Resolves with the output of the job. Throws an `AgentError`. */
export async function runJob(
  open: OpenJobSystem,
  input: unknown,
  context: AgentContext,
  clock: Clock = systemClock,
): Promise<unknown> {
  const system = await open(context);
  try {
    return await new JobCall(system, context, clock).run(input);
  } finally {
    await system.close?.().catch((error: unknown) => {
      context.log.debug(`${system.where}: the connection could not be closed: ${String(error)}`);
    });
  }
}

class JobCall {
  private round = 1;
  private job: JobRef | undefined;

  constructor(
    private readonly system: JobSystem,
    private readonly context: AgentContext,
    private readonly clock: Clock,
  ) {}

  async run(input: unknown): Promise<unknown> {
    const { signal } = this.context;
    try {
      await this.attach();
      this.job ??= await this.submit(input);
      this.note(this.job);
      signal.throwIfAborted();
      return await this.untilEnd(this.job);
    } catch (error) {
      if (signal.aborted && ENDS_JOB.has(String(Reflect.get(Object(signal.reason), 'type')))) await this.end();
      throw error;
    }
  }

  /** Finds what the attempts before this one have noted. */
  private async attach(): Promise<void> {
    const notes = JobNotes.safeParse(this.context.lastProgress).data;
    if (notes === undefined) return;
    const { job, round, ended, ending } = notes;
    this.round = round;
    if (ended !== true && ending !== true) {
      this.job = job;
      return;
    }
    if (ending === true && !(await endJob(this.system, job, this.clock)))
      throw new AgentError(`${this.about(job)} was to be cancelled, and has not ended yet`, { type: 'NoAnswer' });
    this.round++;
  }

  private async submit(input: unknown): Promise<JobRef> {
    const what = `${this.system.where} did not accept the job ${this.name}`;
    const job = await within(SUBMIT_MS, what, (signal) => this.system.submit(this.name, input, signal));
    this.context.log.info(`${this.about(job)} is started`, { job: job.id, ...defined({ link: job.link }) });
    return job;
  }

  private async untilEnd(ref: JobRef): Promise<unknown> {
    const { system, context, clock } = this;
    const sighting = await watchJob({ system, job: ref, context, clock, note: (job) => this.note(job) });
    switch (sighting.state) {
      case 'succeeded':
        if (sighting.output !== undefined || system.collect === undefined) return sighting.output ?? null;
        return await outlast({ context, clock, what: this.about(ref) }, () => system.collect!(ref, context.signal));
      case 'failed':
        throw this.failure(ref, `failed: ${sighting.message}`, sighting);
      case 'cancelled': {
        const why = sighting.message === undefined ? '' : `: ${sighting.message}`;
        throw this.failure(ref, `was cancelled there, not by this run${why}`, { retryable: false });
      }
      case 'lost': {
        const text = `${this.about(ref)} was accepted, and is not known there any more; it may have done its work`;
        throw new AgentError(text, { type: 'JobLost', details: { job: ref } });
      }
    }
  }

  private failure(
    job: JobRef,
    what: string,
    { retryable = true, details }: { readonly retryable?: boolean; readonly details?: unknown },
  ): AgentError {
    this.note(job, { ended: true });
    const link = job.link === undefined ? '' : ` (${job.link})`;
    return new AgentError(`${this.about(job)} ${what}${link}`, {
      retryable,
      details: { job, ...defined({ details }) },
    });
  }

  /** Ends the job of a call that was cancelled or took too long, also one whose submission was not confirmed. */
  private async end(): Promise<void> {
    const { system, context, clock } = this;
    try {
      const what = `${system.where} did not find the job ${this.name}`;
      const job = this.job ?? (await within(SUBMIT_MS, what, (signal) => system.find(this.name, signal)));
      if (job === undefined) return;
      this.note(job, { ending: true });
      if (await endJob(system, job, clock)) this.note(job, { ended: true });
      else context.log.warn(`${this.about(job)} was to be cancelled, and has not ended yet; look at it there`);
    } catch (error) {
      context.log.warn(`${system.where}: the job ${this.name} could not be cancelled: ${String(error)}`);
    }
  }

  private note(job: Job, end: Pick<JobNotes, 'ended' | 'ending'> = {}): void {
    this.context.progress({ job, round: this.round, ...end } satisfies JobNotes & z.infer<typeof JobProgress>);
  }

  private about = (job: JobRef): string => `${this.system.where}: job ${job.id}`;

  private get name(): string {
    return jobName(this.context.idempotencyKey, this.round);
  }
}
