// Temporal's Worker Deployment Versioning: runs stay on the version of the workers that they began on, breakers and pools move on to the
// next one. Temporal's own variables switch it on.
import type { WorkerOptions } from '@temporalio/worker';

const NAME = 'TEMPORAL_DEPLOYMENT_NAME';
const BUILD = 'TEMPORAL_WORKER_BUILD_ID';

/** A deployment and one of its versions. */
export interface DeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** The environment has one of the two variables, or they cannot be used. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}

/** The server keeps both in one text, which a dot divides. */
const MAX_LENGTH = 200;

/** `undefined` if the environment names none. Throws DeploymentError. */
export function deploymentIn(env: NodeJS.ProcessEnv): DeploymentVersion | undefined {
  const [deploymentName, buildId] = [env[NAME] ?? '', env[BUILD] ?? ''];
  if (deploymentName === '' && buildId === '') return undefined;
  if (buildId === '') throw new DeploymentError(`${NAME} is set, and ${BUILD} is not: set both, or none`);
  if (deploymentName === '') throw new DeploymentError(`${BUILD} is set, and ${NAME} is not: set both, or none`);
  if (deploymentName.includes('.') || deploymentName.length > MAX_LENGTH) {
    const got = JSON.stringify(deploymentName.slice(0, MAX_LENGTH));
    throw new DeploymentError(`${NAME}: expected at most ${MAX_LENGTH} characters without a ".", got ${got}`);
  }
  return { deploymentName, buildId };
}

/** `shop.2026-11-28`, as the server writes it. */
export const versionText = ({ deploymentName, buildId }: DeploymentVersion): string => `${deploymentName}.${buildId}`;

/** The option of the SDK. `moves`: Workflows continue on the current version, whichever they began on. */
export const deploymentOptions = (
  version: DeploymentVersion | undefined,
  { moves }: { readonly moves: boolean },
): Pick<WorkerOptions, 'workerDeploymentOptions'> =>
  version === undefined
    ? {}
    : {
        workerDeploymentOptions: {
          version,
          useWorkerVersioning: true,
          defaultVersioningBehavior: moves ? 'AUTO_UPGRADE' : 'PINNED',
        },
      };
