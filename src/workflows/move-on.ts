// Workflows that live long, or that workers of all versions share, continue on the current version of a deployment.
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';

/** The server refuses a behaviour from a worker without a version. */
const options = () =>
  workflowInfo().currentDeploymentVersion === undefined ? {} : ({ versioningBehavior: 'AUTO_UPGRADE' } as const);

export function moveOn<A extends unknown[], R>(workflow: (...args: A) => Promise<R>): void {
  setWorkflowOptions(options, workflow);
}
