// The statuses of a task, and the transitions between them. Any other transition is a bug.
import { z } from 'zod';

export const TaskStatus = z.enum([
  'pending',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'unknown',
  'compensating',
  'compensated',
  'compensation-failed',
]);
export type TaskStatus = z.infer<typeof TaskStatus>;

const transitions: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['running', 'skipped'],
  running: ['retrying', 'succeeded', 'failed', 'cancelled', 'unknown'],
  retrying: ['running'],
  // A failed task has no retries left.
  failed: [],
  skipped: [],
  succeeded: ['compensating'],
  cancelled: ['compensating'],
  // The work may have been done, so the task is undone like a success.
  unknown: ['compensating'],
  compensating: ['compensated', 'compensation-failed'],
  compensated: [],
  'compensation-failed': [],
};

export function assertTransition(task: string, from: TaskStatus, to: TaskStatus): void {
  if (!transitions[from].includes(to)) throw new Error(`task ${task}: cannot go from ${from} to ${to}`);
}
