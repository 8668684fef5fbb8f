// What `baton doctor` finds.
import type { Client } from '@temporalio/client';
import type { Baton } from '../../client.js';
import type { LoadedConfig } from '../session/load-config.js';

export interface Finding {
  /** What is wrong, with the name of the thing. */
  readonly problem: string;
  /** What to do. */
  readonly todo: string;
}

export interface Patient {
  readonly baton: Baton;
  readonly client: Client;
  readonly config: LoadedConfig | undefined;
  /** A run without progress for this long is reported, in milliseconds. */
  readonly staleMs: number;
}

/** One thing that is looked at. */
export interface Check {
  /** `search attributes` */
  readonly name: string;
  look(this: void, patient: Patient): Promise<readonly Finding[]>;
}
