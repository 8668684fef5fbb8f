// `baton deployment`: shows the versions of workers, and decides which one gets new runs.
import type { Client } from '@temporalio/client';
import { didYouMean } from '../../domain/problem.js';
import { visibleLine } from '../../domain/text/visible.js';
import {
  describeDeployment,
  listDeployments,
  promoteVersion,
  rampVersion,
  type Deployment,
} from '../../temporal/deployments.js';
import { withSession } from '../session/with-session.js';
import { UsageError } from '../terminal/errors.js';
import { columnsOf } from '../terminal/fit.js';
import type { Io } from '../terminal/io.js';
import { textTable } from '../terminal/text-table.js';
import type { DeploymentOptions, RampOptions } from './options.js';

export async function list(io: Io, options: DeploymentOptions): Promise<void> {
  const deployments = await withSession(io, options, async ({ baton: { client } }) => {
    const all = await Promise.all((await listDeployments(client)).map((name) => describeDeployment(client, name)));
    return all.filter((one) => one !== undefined);
  });
  if (options.json === true) return io.printJson({ deployments });
  if (deployments.length === 0) return io.note('no deployments: no worker was started with TEMPORAL_DEPLOYMENT_NAME');
  const rows = deployments.flatMap(({ name, versions, ramping }) =>
    versions.map(({ buildId, status, createdAt }) => {
      const share = ramping?.buildId === buildId ? `${status} ${ramping.percent} %` : status;
      return [name, buildId, share, createdAt ?? ''].map(visibleLine);
    }),
  );
  io.print(textTable([['DEPLOYMENT', 'BUILD', 'STATUS', 'SINCE'], ...rows], { width: columnsOf(io.stdout) }));
}

export async function promote(io: Io, build: string | undefined, options: DeploymentOptions): Promise<void> {
  await onVersion(io, build, options, async (client, name, buildId) => {
    await promoteVersion(client, name, buildId);
    if (options.json === true) io.printJson({ did: 'promote', deployment: name, buildId });
    else io.note(visibleLine(`${name}: new runs go to ${buildId}`));
  });
}

export async function ramp(io: Io, build: string | undefined, options: RampOptions): Promise<void> {
  const { percent } = options;
  await onVersion(io, build, options, async (client, name, buildId) => {
    await rampVersion(client, name, { buildId, percent });
    if (options.json === true) io.printJson({ did: 'ramp', deployment: name, buildId, percent });
    else io.note(visibleLine(`${name}: ${percent} % of the new runs go to ${buildId}`));
  });
}

type Act = (client: Client, name: string, buildId: string) => Promise<void>;

/** Throws UsageError if the deployment has no version with this build id. */
async function onVersion(io: Io, build: string | undefined, options: DeploymentOptions, act: Act): Promise<void> {
  const { env } = io;
  const buildId = build ?? env['TEMPORAL_WORKER_BUILD_ID'];
  if (buildId === undefined || buildId === '')
    throw new UsageError(['expected the build id of a version, or TEMPORAL_WORKER_BUILD_ID']);
  await withSession(io, options, async ({ baton: { client } }) => {
    const deployment = await findDeployment(client, options.name ?? env['TEMPORAL_DEPLOYMENT_NAME']);
    const builds = deployment.versions.map((one) => one.buildId);
    if (!builds.includes(buildId)) {
      const hint = didYouMean(buildId, builds) ?? `there is ${builds.join(', ') || 'none'}`;
      throw new UsageError([`deployment ${deployment.name} has no version ${JSON.stringify(buildId)}; ${hint}`]);
    }
    await act(client, deployment.name, buildId);
  });
}

/** Throws UsageError. */
async function findDeployment(client: Client, named: string | undefined): Promise<Deployment> {
  const names = await listDeployments(client);
  const name = named === undefined || named === '' ? (names.length === 1 ? names[0] : undefined) : named;
  const there = names.length === 0 ? 'there is none' : `there is ${names.join(', ')}`;
  if (name === undefined) throw new UsageError([`--name: expected the name of a deployment; ${there}`]);
  const found = names.includes(name) ? await describeDeployment(client, name) : undefined;
  if (found === undefined) throw new UsageError([`--name: there is no deployment ${JSON.stringify(name)}; ${there}`]);
  return found;
}
