// Once for a test run: the Workflow code is bundled from source, and the test server is there.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { bundleOptions } from '../../scripts/workflow-bundle-options.mjs';
import { findTemporalBinary, findTestServerBinary } from '../../src/server/index.js';

declare module 'vitest' {
  export interface ProvidedContext {
    workflowBundle: string;
    temporalBinary: string;
    testServerBinary: string;
  }
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = at('../../node_modules/.cache/baton');
  // Test runs side by side must not change the code under each other's workers.
  const codePath = `${directory}/workflow-bundle-${process.pid}.js`;
  const workflowsPath = at('../../src/workflows/index.ts');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    ...bundleOptions(workflowsPath),
    logger: new DefaultLogger('WARN'),
  });
  await mkdir(directory, { recursive: true });
  await writeFile(codePath, code);
  const say = (message: string) => console.error(message);
  project.provide('workflowBundle', codePath);
  project.provide('temporalBinary', await findTemporalBinary(say));
  project.provide('testServerBinary', await findTestServerBinary(say));
  return () => rm(codePath, { force: true });
}
