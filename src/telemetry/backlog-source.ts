// Tasks that wait on the server, as it counts them. All workers report the same numbers.
import type { Client } from '@temporalio/client';
import type { MakeMetrics } from './make.js';
import type { Source } from './source.js';

/** temporal.api.enums.v1.TaskQueueType */
const TYPES = { workflow: 1, activity: 2 } as const;

export function backlogSource(make: MakeMetrics, client: Client, queues: readonly string[]): Source {
  const labels = ['task_queue', 'task_type'] as const;
  const count = make.gauge('baton_task_queue_backlog', 'Tasks that wait for a worker', labels);
  const age = make.gauge('baton_task_queue_backlog_age_seconds', 'How long the oldest of them has waited', labels);
  const pairs = queues.flatMap((queue) =>
    (Object.keys(TYPES) as (keyof typeof TYPES)[]).map((type) => ({ task_queue: queue, task_type: type })),
  );
  return {
    async read() {
      const read = await Promise.all(
        pairs.map(async (at) => {
          const { stats } = await client.workflowService.describeTaskQueue({
            namespace: client.options.namespace,
            taskQueue: { name: at.task_queue },
            taskQueueType: TYPES[at.task_type],
            reportStats: true,
          });
          return { at, stats };
        }),
      );
      for (const { at, stats } of read) {
        const { seconds, nanos } = stats?.approximateBacklogAge ?? {};
        count.set(at, Number(stats?.approximateBacklogCount ?? 0));
        age.set(at, Number(seconds ?? 0) + (nanos ?? 0) / 1e9);
      }
    },
    clear() {
      count.reset();
      age.reset();
    },
  };
}
