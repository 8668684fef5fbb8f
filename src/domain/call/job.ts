// A job that another system does for a call: a DAG run of Airflow, a task of Celery, an execution of Step Functions. An agent notes it as
// progress, so that the next attempt finds the job, and `status` shows it.
import { z } from 'zod';
import { defined } from '../json/defined.js';
import { truncateEnd } from '../text/truncate.js';

/** `waiting`: a person must act in the other system before the job continues. */
export const JobState = z.enum(['queued', 'running', 'waiting']);
export type JobState = z.infer<typeof JobState>;

export const Job = z.object({
  /** As the other system names it. */
  id: z.string(),
  /** The page of the job in that system. */
  link: z.string().optional(),
  state: JobState.optional(),
  /** What a person must do there, if its state is `waiting`. */
  waitsFor: z.string().optional(),
  /** How far it is, as that system reports it. */
  progress: z.unknown().optional(),
});
export type Job = z.infer<typeof Job>;

/** The progress of an agent with a job. Other fields are the agent's own. */
export const JobProgress = z.object({ job: Job });

/** Characters that people see of an id, and of what a person must do. */
const SHOWN = 500;
/** A page that a browser can open, of a length that browsers take. */
const PAGE = /^https?:\/\/[^\s\p{Cc}<>"'`]{1,2000}$/u;

/**
 * The job in the progress of an attempt, as people see it; `undefined` if there is none. Any agent can note such progress: a link that is
 * not the address of a page is left out, and long texts are cut.
 */
export function jobIn(progress: unknown): Job | undefined {
  const job = JobProgress.safeParse(progress).data?.job;
  if (job === undefined) return undefined;
  const { id, link, waitsFor, ...rest } = job;
  return {
    id: truncateEnd(id, SHOWN),
    ...rest,
    ...defined({
      link: link !== undefined && PAGE.test(link) ? link : undefined,
      waitsFor: waitsFor === undefined ? undefined : truncateEnd(waitsFor, SHOWN),
    }),
  };
}
