import type { Command } from 'commander';
import { parseWhole, withJson, withServer } from '../arguments/options.js';
import type { DeploymentOptions, RampOptions } from '../deployment/options.js';
import type { Io } from '../terminal/io.js';

export function define(command: Command, io: Io): void {
  const sub = (name: string, summary: string): Command =>
    withJson(withServer(command.command(name).description(summary)));
  const named = (name: string, summary: string): Command =>
    sub(name, summary)
      .argument('[build]', 'the build id; default: TEMPORAL_WORKER_BUILD_ID')
      .option('--name <name>', 'the deployment; default: TEMPORAL_DEPLOYMENT_NAME, or the only one of the namespace');
  const load = () => import('../deployment/act.js');
  sub('list', 'show the versions of all deployments').action(async (options: DeploymentOptions) =>
    (await load()).list(io, options),
  );
  named('promote', 'new runs go to this version').action(
    async (build: string | undefined, options: DeploymentOptions) => (await load()).promote(io, build, options),
  );
  named('ramp', 'a share of the new runs goes to this version')
    .requiredOption('--percent <n>', 'the share; 0 ends it', (value) => parseWhole('--percent', value, 0, 100))
    .action(async (build: string | undefined, options: RampOptions) => (await load()).ramp(io, build, options));
}
