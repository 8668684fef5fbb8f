// Task Queues that are needed and that no worker polls, and workers that poll queues which nothing needs.
import { limitedQueue } from '../../domain/agent/rate-limit.js';
import { ORCHESTRATE } from '../../domain/run/input.js';
import { DEFAULT_TASK_QUEUE } from '../../domain/task-queue.js';
import { countActivityPollers, countPollers } from '../../temporal/pollers.js';
import type { Check, Finding, Patient } from './finding.js';

/** Runs in progress that are looked at. */
const MAX_RUNS = 5_000;

export const checkQueues: Check = {
  name: 'task queues',
  async look(patient) {
    const runs = await runsByQueue(patient);
    const own = patient.config?.taskQueue ?? DEFAULT_TASK_QUEUE;
    const findings: Finding[] = [];
    for (const [queue, ids] of runs) {
      if ((await countPollers(patient.client, queue)) > 0) continue;
      const which =
        ids.length === 1 ? `run ${ids[0]!} waits` : `${ids.length} runs wait (${ids.slice(0, 3).join(', ')}, …)`;
      findings.push({
        problem: `no worker polls the Task Queue ${JSON.stringify(queue)}: ${which}`,
        todo: startText(queue),
      });
    }
    const isUsed = runs.size > 0 || (await countPollers(patient.client, own)) > 0;
    return [...findings, ...(isUsed ? await checkAgentQueues(patient, own) : [])];
  },
};

async function runsByQueue({ client }: Patient): Promise<Map<string, string[]>> {
  const runs = new Map<string, string[]>();
  let left = MAX_RUNS;
  const query = `WorkflowType = '${ORCHESTRATE}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, taskQueue } of client.workflow.list({ query })) {
    const ids = runs.get(taskQueue);
    if (ids === undefined) runs.set(taskQueue, [workflowId]);
    else ids.push(workflowId);
    if (--left === 0) break;
  }
  return runs;
}

/** Agents with a Task Queue of their own. */
async function checkAgentQueues({ client, config }: Patient, home: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { type, taskQueue, rateLimit, isRemote } of config?.agents ?? []) {
    const queue = taskQueue ?? (rateLimit === undefined ? undefined : limitedQueue(home, type));
    if (queue === undefined || (await countActivityPollers(client, queue)) > 0) continue;
    const problem = `no worker polls the Task Queue ${JSON.stringify(queue)} of the agent ${JSON.stringify(type)}: its calls wait`;
    findings.push({ problem, todo: isRemote === true ? serveText(queue) : startText(queue) });
  }
  return findings;
}

const serveText = (queue: string): string =>
  `start the workers that serve it, in Python: baton.serve([…], task_queue=${JSON.stringify(queue)})`;

const startText = (queue: string): string =>
  queue === DEFAULT_TASK_QUEUE
    ? 'start a worker: "baton worker"'
    : `start a worker that polls it: "baton worker --task-queue ${queue}"`;
