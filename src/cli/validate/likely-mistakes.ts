// What is legal in a plan, and surely not meant: `baton validate` warns of it.
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Agent } from '../../domain/agent/agent.js';
import { isRecord } from '../../domain/json/own-property.js';
import type { Plan, Task } from '../../domain/plan/plan.js';
import { agentsIn } from '../../domain/plan/task-agents.js';
import { formatPath, shown, type Path } from '../../domain/problem.js';
import { findOnPath } from '../../system/executable.js';

export interface KnownParts {
  readonly agents?: readonly Agent[];
  readonly plans?: ReadonlyMap<string, unknown>;
}

/** One line for each, with its place. */
export async function likelyMistakes(plan: Plan, { agents = [], plans = new Map() }: KnownParts): Promise<string[]> {
  const used = new Set<string>();
  const ofPlan = mistakesIn(plan, [], plans, used);
  return [...ofPlan, ...(await missingPrograms(agents.filter(({ type }) => used.has(type))))];
}

function mistakesIn(plan: Plan, path: Path, plans: ReadonlyMap<string, unknown>, used: Set<string>): string[] {
  return Object.entries(plan.tasks).flatMap(([id, task]) => {
    const at = [...path, 'tasks', id];
    for (const { agent } of agentsIn(task)) used.add(agent);
    const sub = typeof task.plan === 'string' ? plans.get(task.plan) : task.plan;
    const within = typeof task.plan === 'object' ? mistakesIn(task.plan, [...at, 'plan'], plans, used) : [];
    return [...endlessApproval(task, plan, at), ...(isRecord(sub) ? inputMistakes(task, sub, at) : []), ...within];
  });
}

function endlessApproval({ approve, timeout, deadline }: Task, { defaults }: Plan, at: Path): string[] {
  if (approve === undefined || (approve.timeout ?? timeout ?? deadline ?? defaults?.deadline) !== undefined) return [];
  return [
    `${formatPath([...at, 'approve'])}: has no timeout, so the run waits for as long as no one answers; set timeout, such as 3d, and onTimeout`,
  ];
}

/** The keys of the input are known before the run, its values may be expressions. */
function inputMistakes({ input }: Task, plan: Readonly<Record<string, unknown>>, at: Path): string[] {
  const schema = plan['input'];
  if (!isRecord(schema) || (typeof input === 'string' && input.startsWith('{%'))) return [];
  const given = input ?? {};
  const where = formatPath([...at, 'input']);
  const name = typeof plan['name'] === 'string' ? ` ${shown(plan['name'])}` : '';
  if (!isRecord(given))
    return schema['type'] === 'object' ? [`${where}: the plan${name} expects an object, and gets ${shown(given)}`] : [];
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const missing = required.filter((key) => typeof key === 'string' && !Object.hasOwn(given, key));
  const unknown =
    schema['additionalProperties'] === false ? Object.keys(given).filter((key) => !Object.hasOwn(properties, key)) : [];
  return [
    ...missing.map((key) => `${where}: the plan${name} requires ${shown(key)}, which the input does not have`),
    ...unknown.map((key) => `${where}: the plan${name} does not take ${shown(key)}`),
  ];
}

async function missingPrograms(agents: readonly Agent[]): Promise<string[]> {
  const missing = await Promise.all(
    agents.map(async ({ type, program }) => {
      if (program === undefined) return [];
      const { name, cwd = '.' } = program;
      const isPath = name.includes('/');
      const exists = isPath
        ? existsSync(isAbsolute(name) ? name : join(cwd, name))
        : (await findOnPath(name)) !== undefined;
      const where = isPath ? 'there is no such file' : 'it is not on PATH here';
      return exists ? [] : [`agent ${shown(type)}: the program ${shown(name)} does not exist: ${where}`];
    }),
  );
  return missing.flat();
}
