// How a task of a picture looks: by its status, or as one that waits.
import type { TaskStatus } from '../task-status.js';
import type { PictureTask } from './picture.js';
import { statusLook, WAITING, type StatusLook } from './status-style.js';

export type LookName = TaskStatus | typeof WAITING.name;

export const LOOKS: ReadonlyMap<LookName, StatusLook> = new Map<LookName, StatusLook>(
  Object.entries(statusLook).flatMap(([name, look]): [LookName, StatusLook][] =>
    name === 'running'
      ? [
          [name, look],
          [WAITING.name, WAITING],
        ]
      : [[name as TaskStatus, look]],
  ),
);

/** `undefined` in the picture of a plan. */
export const lookNameOf = ({ status, waits }: PictureTask): LookName | undefined =>
  waits === undefined ? status : WAITING.name;

export interface LookCount extends StatusLook {
  readonly name: LookName;
  readonly count: number;
}

/** Those that occur, in the order of the table. */
export function countLooks(tasks: readonly PictureTask[]): LookCount[] {
  const counts = new Map<LookName | undefined, number>();
  for (const task of tasks) counts.set(lookNameOf(task), (counts.get(lookNameOf(task)) ?? 0) + 1);
  return [...LOOKS].flatMap(([name, look]) => {
    const count = counts.get(name);
    return count === undefined ? [] : [{ ...look, name, count }];
  });
}
