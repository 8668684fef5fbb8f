// Workflows that live long, or that workers of all versions share, continue on the current version of a deployment.
import { setWorkflowOptions } from '@temporalio/workflow';

/** Set by `worker/workflow-code.ts`: the server refuses a behaviour from a worker without a version. */
const isVersioned = (): boolean => (globalThis as { batonIsVersioned?: boolean }).batonIsVersioned === true;

export function moveOn<A extends unknown[], R>(workflow: (...args: A) => Promise<R>): void {
  setWorkflowOptions(() => (isVersioned() ? { versioningBehavior: 'AUTO_UPGRADE' } : {}), workflow);
}
