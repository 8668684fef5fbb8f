// Makes the result of a run small enough for one payload, and for its readers, who get the values that it refers to. `omittedBytes` and `omittedTasks` record what was left out.
import { MAX_VALUE_BYTES } from '../json/byte-size.js';
import { fitsOpened, openedBytes } from '../json/value-reference.js';
import type { RunResult, TaskResult } from './result.js';

/** The parts of a task that may be left out, in this order, until the whole fits. */
const LEAVE_OUT: readonly ((task: TaskResult) => TaskResult)[] = [
  (task) => ({ ...task, output: null, omittedBytes: openedBytes(task.output) }),
  ({ plan: _, ...task }) => task,
  ({ failures: _, ...task }) => task,
  (task) =>
    task.failure === null ? task : { ...task, failure: { type: task.failure.type, message: task.failure.message } },
];

/** Leaves out outputs, then details of failures, the largest first, until the result fits into one payload. */
export function fitToPayload(result: RunResult, limit = MAX_VALUE_BYTES): RunResult {
  if (fitsOpened(result, limit)) return result;
  let bytes = openedBytes(result);
  const tasks = { ...result.tasks };
  for (const leaveOut of LEAVE_OUT) {
    const bySaving = Object.entries(tasks)
      .map(([id, task]) => ({ id, saves: openedBytes(task) - openedBytes(leaveOut(task)) }))
      .sort((a, b) => b.saves - a.saves);
    for (const { id, saves } of bySaving) {
      if (bytes <= limit || saves <= 0) break;
      tasks[id] = leaveOut(tasks[id]!);
      bytes -= saves;
    }
  }
  return bytes <= limit ? { ...result, tasks } : withFewerTasks({ ...result, tasks }, limit);
}

/** The statuses of tasks that are left out first; the others matter more to readers. */
const FIRST_LEFT_OUT = ['pending', 'skipped', 'cancelled', 'succeeded', 'compensated'];

/** Leaves out whole tasks: in a run of tens of thousands, not even their states fit. */
function withFewerTasks(result: RunResult, limit: number): RunResult {
  const tasks = new Map(Object.entries(result.tasks));
  const { size } = tasks;
  const rank = ({ status }: TaskResult): number => FIRST_LEFT_OUT.indexOf(status) + 1 || FIRST_LEFT_OUT.length + 1;
  const order = [...tasks].sort(([, a], [, b]) => rank(a) - rank(b));
  // Room for the count itself.
  let bytes = openedBytes(result) + 32;
  for (const [id, task] of order) {
    if (bytes <= limit) break;
    tasks.delete(id);
    bytes -= openedBytes({ [id]: task }) - 1;
  }
  const fewer = {
    ...result,
    tasks: Object.fromEntries(tasks),
    omittedTasks: (result.omittedTasks ?? 0) + size - tasks.size,
  };
  if (bytes <= limit) return fewer;
  // Only the lists of ids are left. `compensated` goes: people have to act on `debt`.
  return { ...fewer, compensated: [] };
}
