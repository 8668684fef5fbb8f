// The tasks of a DAG run.
import { z } from 'zod';

export const TaskInstances = z.object({
  task_instances: z.array(
    z.object({ task_id: z.string(), state: z.string().nullable(), map_index: z.int(), try_number: z.int() }),
  ),
});
export type TaskInstance = z.infer<typeof TaskInstances>['task_instances'][number];

/** A mapped task has an instance for each item: `double[2]`. */
export const nameOf = ({ task_id: id, map_index: index }: Pick<TaskInstance, 'task_id' | 'map_index'>): string =>
  index < 0 ? id : `${id}[${index}]`;
