// The ids of the runs that a run starts: each sub-plan is a run `RUN/TASK`, each item of a forEach `RUN/TASK[INDEX]`, and what undoes
// them has a suffix. A server refuses a longer id than it allows, again and again, so a run whose ids could become too long does not start.
import { itemName, replannedName, suffixedName } from '../call/name.js';
import { DEFAULT_MAX_ITEMS, MAX_REPLANS, type Plan, type Task } from '../plan/plan.js';
import { truncateMiddle } from '../text/truncate.js';

/** What Temporal servers allow unless they are configured otherwise. */
export const MAX_RUN_ID_BYTES = 1_000;

/** The longest suffix: the debt of a run is not tried again more often. */
const UNDO = 'compensate-99';

interface Longest {
  readonly bytes: number;
  /** The tasks on the way, `a/b`. */
  readonly path: readonly string[];
}

const NONE: Longest = { bytes: 0, path: [] };

/** What the longest id of a sub-plan adds to the id of its run. A plan that a planner will make is not known. */
export function longestBelow(plan: Plan, plans: Readonly<Record<string, unknown>> = {}): Longest {
  const known = new Map<Plan, Longest>();
  const visit = (one: Plan): Longest => {
    const found = known.get(one) ?? Object.entries(one.tasks).reduce(longer(one), NONE);
    known.set(one, found);
    return found;
  };
  const longer =
    (one: Plan) =>
    (longest: Longest, [id, task]: [string, Task]): Longest => {
      if (task.plan === undefined && task.decompose === undefined) return longest;
      const sub = typeof task.plan === 'string' ? (plans[task.plan] as Plan | undefined) : task.plan;
      const below = sub === undefined ? NONE : visit(sub);
      const bytes = 1 + nameOf(id, task, one).length + below.bytes;
      return bytes > longest.bytes ? { bytes, path: [id, ...below.path] } : longest;
    };
  const { bytes, path } = visit(plan);
  return { bytes: path.length === 0 ? 0 : bytes + 1 + UNDO.length, path };
}

/** The longest name of its call, with the index of an item and a suffix. Ids of tasks are ASCII. */
function nameOf(id: string, { forEach }: Task, { onFailure }: Plan): string {
  const index = forEach === undefined ? undefined : (forEach.maxItems ?? DEFAULT_MAX_ITEMS) - 1;
  return suffixedName(itemName(replannedName(id, onFailure === 'replan' ? MAX_REPLANS : undefined), index), UNDO);
}

/** Why no run of this plan, or none with an id of this size, can start its sub-plans. */
export function runIdFault(idBytes: number, plan: Plan, plans?: Readonly<Record<string, unknown>>): string | undefined {
  const { bytes, path } = longestBelow(plan, plans);
  if (idBytes + bytes <= MAX_RUN_ID_BYTES) return undefined;
  const room = MAX_RUN_ID_BYTES - bytes;
  const advice =
    room > 0
      ? `use an id of at most ${room} bytes, or shorter ids of tasks`
      : 'use shorter ids of tasks, or fewer levels';
  const tasks = truncateMiddle(path.join('/'), SHOWN_OF_PATH);
  return `the ids of its sub-plans would have up to ${idBytes + bytes} bytes (${tasks}), at most ${MAX_RUN_ID_BYTES} are possible; ${advice}`;
}

const SHOWN_OF_PATH = 200;
