import { fileURLToPath } from 'node:url';
import { defineConfig, readPlanFile, rulePlanner } from 'baton-orchestrator';
import { agents } from './agents.js';
import { models } from './models.js';

const plan = await readPlanFile(fileURLToPath(new URL('./plan.yaml', import.meta.url)));

const rules = rulePlanner({
  type: 'rules',
  description: 'Plans a comparison of packages, without any model',
  rules: [{ goal: 'compare the npm packages {packages} and recommend one', plan: plan as Record<string, unknown> }],
});

export default defineConfig({ agents: [...agents, rules, ...models()], planner: 'rules' });
