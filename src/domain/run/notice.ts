// What a run reports to receivers outside: that it has ended, and that an approval waits. A notice is sent by a Workflow of its own, which
// the run leaves behind. Names are part of histories and never change. A notice has no input and no output of a run.
import { z } from 'zod';
import { RunStatus } from './result.js';

/** The name of the Workflow that sends one notice. */
export const NOTICE = 'notice';

export const NOTICE_TYPES = ['run.ended', 'approval.waiting'] as const;

const About = {
  /** The same whenever the notice is sent again: the first execution of the run, and what has happened. */
  id: z.string(),
  run: z.string(),
  plan: z.string(),
  /** ISO 8601. */
  at: z.string(),
  tenant: z.string().optional(),
  correlationId: z.string().optional(),
};

export const RunEndedNotice = z.strictObject({
  type: z.literal('run.ended'),
  ...About,
  /** The first execution of the run: another run may follow under its id. */
  execution: z.string(),
  status: RunStatus.exclude(['running', 'paused']),
  startedAt: z.string(),
  failure: z.strictObject({ type: z.string(), message: z.string(), task: z.string().optional() }).optional(),
  /** What could not be undone. */
  debt: z.array(z.string()).optional(),
});
export type RunEndedNotice = z.infer<typeof RunEndedNotice>;

export const ApprovalWaitingNotice = z.strictObject({
  type: z.literal('approval.waiting'),
  ...About,
  /** The run that it belongs to, if it is a sub-plan's. */
  root: z.string().optional(),
  task: z.string(),
  /** `plan`: a plan that a planner made waits for approval. */
  kind: z.enum(['approval', 'plan']),
  title: z.string(),
  description: z.string().optional(),
  /** When its time limit ends; then `onTimeout` decides. Absent if it has no limit. */
  until: z.string().optional(),
  onTimeout: z.enum(['reject', 'approve']).optional(),
  /** The command that answers. */
  command: z.string(),
});

export const Notice = z.discriminatedUnion('type', [RunEndedNotice, ApprovalWaitingNotice]);
export type Notice = z.infer<typeof Notice>;

/** Paths that a notice names of what could not be undone: the result has all. */
export const MOST_DEBT = 100;

/** A notice for one receiver. */
export interface NoticeDelivery {
  readonly notice: Notice;
  readonly receiver: string;
}
