import type { JsonOption, ServerOptions } from '../arguments/options.js';

export interface DoctorOptions extends ServerOptions, JsonOption {
  readonly stale: string;
}
