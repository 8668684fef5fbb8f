import { fileURLToPath } from 'node:url';
import { defineConfig, readPlanFile, rulePlanner } from 'baton-orchestrator';
import { fileAnalyzer } from './agents/file-analyzer.js';
import { inventory } from './agents/inventory.js';
import { jscpd } from './agents/jscpd.js';
import { oxlint } from './agents/oxlint.js';
import { reportWriter } from './agents/report-writer.js';
import { secretlint } from './agents/secretlint.js';

const review = await readPlanFile(fileURLToPath(new URL('./plan.yaml', import.meta.url)));

/** Knows one goal: `baton solve "review the repository at ."`. */
const rules = rulePlanner({
  type: 'rules',
  description: 'Plans a review, without any model',
  rules: [{ goal: 'review the repository at {path}', plan: review as Record<string, unknown> }],
});

export default defineConfig({
  agents: [inventory, fileAnalyzer, oxlint, secretlint, jscpd, reportWriter, rules],
  planner: 'rules',
});
