// The workflows of test/cases/wfcommons as plans: their ids are free text, and become ids of the plan language.
import { readdirSync, readFileSync } from 'node:fs';
import type { Plan } from '../../src/domain/plan/plan.js';

interface Recorded {
  readonly id: string;
  readonly tasks: readonly {
    readonly id: string;
    readonly dependsOn: readonly string[];
    readonly durationSeconds: number;
  }[];
  readonly expect: {
    readonly criticalPathSeconds: number;
    readonly lowerBound: Readonly<Record<number, number>>;
    readonly grahamUpperBound: Readonly<Record<number, number>>;
  };
}

export interface RealWorkflow {
  readonly id: string;
  readonly plan: Plan;
  readonly durations: ReadonlyMap<string, number>;
  readonly expect: Recorded['expect'];
}

const FOLDER = new URL('../cases/wfcommons/', import.meta.url);

export function readWorkflows(): RealWorkflow[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => toPlan(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Recorded));
}

function toPlan({ id, tasks, expect }: Recorded): RealWorkflow {
  const ids = new Map(tasks.map((task, index) => [task.id, `t${index}`]));
  const entries = tasks.map((task) => [
    ids.get(task.id)!,
    { agent: 'echo', needs: task.dependsOn.map((need) => ids.get(need)!) },
  ]);
  return {
    id,
    plan: { name: id, tasks: Object.fromEntries(entries) as Plan['tasks'] },
    durations: new Map(tasks.map((task) => [ids.get(task.id)!, task.durationSeconds])),
    expect,
  };
}
