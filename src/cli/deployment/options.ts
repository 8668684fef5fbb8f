import type { JsonOption, ServerOptions } from '../arguments/options.js';

export interface DeploymentOptions extends ServerOptions, JsonOption {
  readonly name?: string;
}

export interface RampOptions extends DeploymentOptions {
  readonly percent: number;
}
