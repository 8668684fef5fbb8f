// The task graphs of test/cases/agent-plans.jsonl: plans that agents made, from public data sets. Their ids are free text.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const AgentPlan = z.object({
  id: z.string(),
  tasks: z.array(z.object({ id: z.string(), name: z.string().optional(), dependsOn: z.array(z.string()) })),
  expect: z.object({ acyclic: z.boolean(), depth: z.int(), maxWidth: z.int() }),
});
export type AgentPlan = z.infer<typeof AgentPlan>;

export const AGENT_PLANS = readFileSync(new URL('../cases/agent-plans.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => AgentPlan.parse(JSON.parse(line)));

export const repeatsAnId = ({ tasks }: AgentPlan): boolean => new Set(tasks.map(({ id }) => id)).size < tasks.length;

/** With a need of the last task that has one made to wait for that task; `undefined` where no task has a need. */
export function closed(plan: AgentPlan): AgentPlan | undefined {
  const last = plan.tasks.findLast(({ dependsOn }) => dependsOn.length > 0);
  if (last === undefined) return undefined;
  const close = (task: AgentPlan['tasks'][number]) =>
    task.id === last.dependsOn[0] ? { ...task, dependsOn: [...task.dependsOn, last.id] } : task;
  return { ...plan, tasks: plan.tasks.map(close) };
}

/** The longest chain of needs that ends in each task: 1 for a task without. */
export function depthsOf(needs: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const depth = depths.get(id) ?? 1 + Math.max(0, ...needs.get(id)!.map(depthOf));
    depths.set(id, depth);
    return depth;
  };
  for (const id of needs.keys()) depthOf(id);
  return depths;
}
