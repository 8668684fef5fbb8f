// A job that another system does for a call: a DAG run of Airflow, a task of Celery, an execution of Step Functions. An agent notes it as
// progress, so that the next attempt finds the job, and `status` shows it.
import { z } from 'zod';

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

/** The job in the progress of an attempt; `undefined` if there is none. */
export const jobIn = (progress: unknown): Job | undefined => JobProgress.safeParse(progress).data?.job;
