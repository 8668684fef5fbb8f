// Bundles the Workflow code next to the compiled worker, so that a worker starts in about a second.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { bundleOptions, withClearFailures } from './workflow-bundle-options.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error };

const workflowsPath = at('../dist/workflows/index.js');
const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet, ...bundleOptions(workflowsPath) });
await writeFile(at('../dist/workflow-bundle.js'), withClearFailures(code));
