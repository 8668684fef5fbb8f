// Real scientific workflows, through real Workflows.
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../src/domain/plan/graph.js';
import { useDevServer } from '../support/temporal.js';
import { readWorkflows } from '../support/wfcommons.js';

const MOST_TASKS = 300;

const temporal = useDevServer();

const workflows = readWorkflows().filter(({ plan }) => Object.keys(plan.tasks).length <= MOST_TASKS);

describe.concurrent('a real workflow', () => {
  test.each(workflows)(
    'wfcommons: $id runs each task once, after its parents',
    { timeout: 120_000 },
    async ({ plan }) => {
      const ended = new Set<string>();
      const began: string[] = [];
      const early: string[] = [];
      const { tasks: graph } = buildGraph(plan);
      const { status, tasks } = await temporal.run(plan, {
        agents: {
          echo: async (_, { correlation: { task } }) => {
            began.push(task);
            if (!graph.get(task)!.needs.every((need) => ended.has(need))) early.push(task);
            await new Promise(setImmediate);
            ended.add(task);
            return task;
          },
        },
      });
      const ids = Object.keys(plan.tasks);
      expect(status).toBe('completed');
      expect(began.toSorted()).toEqual(ids.toSorted());
      expect(early).toEqual([]);
      expect(ids.map((id) => tasks[id]!.output)).toEqual(ids);
    },
  );
});
