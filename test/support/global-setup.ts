// For tests on a Temporal server: bundles the Workflow code from source, once for all projects, and finds the servers.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { bundleOptions, withClearFailures } from '../../scripts/workflow-bundle-options.mjs';
import { findSystems } from './systems.js';
import { findTemporalBinary, findTestServerBinary } from '../../src/server/index.js';

declare module 'vitest' {
  export interface ProvidedContext {
    workflowBundle: string;
    temporalBinary: string;
    testServerBinary: string;
  }
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function bundle(): Promise<string> {
  const workflowsPath = at('../../src/workflows/index.ts');
  const options = { workflowsPath, ...bundleOptions(workflowsPath), logger: new DefaultLogger('WARN') };
  return withClearFailures((await bundleWorkflowCode(options)).code);
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = at('../../node_modules/.cache/baton');
  // A file for each test run: two runs at the same time must not change the code of each other's workers.
  const codePath = `${directory}/workflow-bundle-${process.pid}-${Math.round(performance.timeOrigin)}.js`;
  if (!existsSync(codePath)) {
    await mkdir(directory, { recursive: true });
    await writeFile(codePath, await bundle());
  }
  const say = (message: string) => console.error(message);
  const missing = await findSystems();
  if (missing.length > 0)
    say(`${project.name}: tests with ${missing.join(', ')} are skipped; npm run systems -- up ${missing.join(' ')}`);
  project.provide('workflowBundle', codePath);
  project.provide('temporalBinary', await findTemporalBinary(say));
  project.provide('testServerBinary', await findTestServerBinary(say));
  return async () => {
    await rm(codePath, { force: true });
    // Of bundled-script.ts.
    await rm(`${codePath}.scripts`, { recursive: true, force: true });
  };
}
