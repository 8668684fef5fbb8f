import type { JsonOption, ServerOptions } from '../arguments/options.js';

export interface GateOptions extends ServerOptions, JsonOption {
  readonly open?: boolean;
  readonly closed?: number;
  readonly histories?: string;
}
