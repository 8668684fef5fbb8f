// How Workflow code is bundled: as one module that all runs of a worker share. Each run would otherwise load zod and JSONata
// anew, which takes longer than a small run itself.
//
// What is shared is frozen by the SDK as far as it can be reached from outside. zod makes parts of its schemas when they are
// first used, so it must not be reached: webpack joins all ES modules into one, which exports only functions.
// Sharing is safe because nothing in it keeps state from one run to the next.

import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** For `bundleWorkflowCode`, and `bundlerOptions` of a Worker. */
export const bundleOptions = (workflowsPath) => ({
  preloadModules: [workflowsPath],
  // Its export `interceptors`. A module of its own could not be joined with the rest.
  workflowInterceptorModules: [workflowsPath],
  failureConverterPath: at('../src/values/encryption/failure-converter.cjs'),
  payloadConverterPath: at('../src/values/payload-converter.cjs'),
  webpackConfigHook: (config) => ({
    ...config,
    optimization: {
      ...config.optimization,
      concatenateModules: true,
      providedExports: true,
      usedExports: true,
      sideEffects: true,
    },
  }),
});

/**
 * The bundle of the package serves workers with and without encryption. Failures are in clear text, until a worker with encryption
 * removes this line: see src/worker/workflow-code.ts.
 */
export const withClearFailures = (code) => `globalThis.batonClearFailures = true;${code}`;
