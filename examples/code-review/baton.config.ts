import { defineConfig } from 'baton-orchestrator';
import { fileAnalyzer } from './agents/file-analyzer.js';
import { inventory } from './agents/inventory.js';
import { jscpd } from './agents/jscpd.js';
import { oxlint } from './agents/oxlint.js';
import { reportWriter } from './agents/report-writer.js';
import { secretlint } from './agents/secretlint.js';

export default defineConfig({ agents: [inventory, fileAnalyzer, oxlint, secretlint, jscpd, reportWriter] });
