// Chooses the tasks that are shown if not all fit: failed and running ones first, then pending ones, then ended ones.
import { countStatuses, statusLook } from '../../domain/picture/status-style.js';
import type { TaskStatus } from '../../domain/task-status.js';
import type { TaskRow } from './task-row.js';

const RANK: Readonly<Record<TaskStatus, number>> = {
  failed: 0,
  'compensation-failed': 0,
  unknown: 0,
  running: 1,
  retrying: 1,
  compensating: 1,
  pending: 2,
  succeeded: 3,
  compensated: 3,
  cancelled: 3,
  skipped: 4,
};

export interface PickedRows {
  /** The chosen rows, in the order of the plan. */
  readonly rows: readonly TaskRow[];
  /** `40 more: 38 pending, 2 succeeded`; empty if all are shown. */
  readonly rest: string;
}

/** `room` includes the line for the rest. */
export function pickRows(rows: readonly TaskRow[], room: number): PickedRows {
  if (rows.length <= room) return { rows, rest: '' };
  const shown = Math.max(0, Math.floor(room) - 1);
  const first = [...rows].sort((a, b) => RANK[a.status] - RANK[b.status]).slice(0, shown);
  const chosen = new Set(first);
  const others = rows.filter((row) => !chosen.has(row));
  return { rows: rows.filter((row) => chosen.has(row)), rest: `${others.length} more: ${countText(others)}` };
}

/** `3 running, 2 succeeded` */
export const countText = (tasks: Iterable<{ readonly status: TaskStatus }>): string =>
  [...countStatuses(Array.from(tasks, ({ status }) => status))]
    .map(([status, count]) => `${count} ${statusLook[status].word}`)
    .join(', ');
