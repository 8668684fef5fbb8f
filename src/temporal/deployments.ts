// Worker Deployments of the server: which version of the workers gets new runs.
import type { Client } from '@temporalio/client';
import { grpcCodeOf, GrpcStatus } from './grpc.js';

const STATUS = ['unknown', 'inactive', 'current', 'ramping', 'draining', 'drained', 'created'] as const;

export interface Version {
  readonly buildId: string;
  /**
   * `inactive`, `created`: gets no work. `current`: gets new runs. `ramping`: gets a share of them. `draining`: has runs that began on it.
   * `drained`: has none any more.
   */
  readonly status: (typeof STATUS)[number];
  readonly createdAt: string | null;
}

export interface Deployment {
  readonly name: string;
  /** The build that gets new runs; `null` if none has been made current. */
  readonly current: string | null;
  readonly ramping: { readonly buildId: string; readonly percent: number } | null;
  /** The newest first. */
  readonly versions: readonly Version[];
}

/** The names of all deployments of the namespace. Empty if the server does not know deployments. */
export async function listDeployments(client: Client): Promise<string[]> {
  const names: string[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  try {
    do {
      const { namespace } = client.options;
      const page = await client.workflowService.listWorkerDeployments({ namespace, nextPageToken });
      names.push(...page.workerDeployments.flatMap(({ name }) => name ?? []));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken.length > 0);
    return names;
  } catch (error) {
    if (grpcCodeOf(error) === GrpcStatus.UNIMPLEMENTED) return [];
    throw error;
  }
}

/** `undefined` if there is no deployment of this name. */
export async function describeDeployment(client: Client, deploymentName: string): Promise<Deployment | undefined> {
  try {
    const { namespace } = client.options;
    const reply = await client.workflowService.describeWorkerDeployment({ namespace, deploymentName });
    const { routingConfig, versionSummaries } = reply.workerDeploymentInfo ?? {};
    const { currentDeploymentVersion, rampingDeploymentVersion, rampingVersionPercentage } = routingConfig ?? {};
    const ramping = rampingDeploymentVersion?.buildId;
    const versions = (versionSummaries ?? []).map(({ deploymentVersion, status, createTime }) => ({
      buildId: deploymentVersion?.buildId ?? '',
      status: STATUS[Number(status ?? 0)] ?? 'unknown',
      createdAt: createTime == null ? null : new Date(Number(createTime.seconds ?? 0) * 1000).toISOString(),
    }));
    return {
      name: deploymentName,
      current: currentDeploymentVersion?.buildId ?? null,
      ramping: ramping ? { buildId: ramping, percent: rampingVersionPercentage ?? 0 } : null,
      versions: versions.sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '')),
    };
  } catch (error) {
    if (grpcCodeOf(error) === GrpcStatus.NOT_FOUND) return undefined;
    throw error;
  }
}

/** New runs go to this build from now on. */
export async function promoteVersion(client: Client, deploymentName: string, buildId: string): Promise<void> {
  const { namespace, identity } = client.options;
  await client.workflowService.setWorkerDeploymentCurrentVersion({ namespace, identity, deploymentName, buildId });
}

/** This share of the new runs goes to the build; with 0, none does any more. */
export async function rampVersion(
  client: Client,
  deploymentName: string,
  { buildId, percent: percentage }: { readonly buildId: string; readonly percent: number },
): Promise<void> {
  const { namespace, identity } = client.options;
  const build = percentage === 0 ? '' : buildId;
  const request = { namespace, identity, deploymentName, buildId: build, percentage };
  await client.workflowService.setWorkerDeploymentRampingVersion(request);
}
