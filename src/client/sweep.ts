// Ends the breakers and pools that no worker uses any more, and removes the stored values that no run needs.
import type { Client } from '@temporalio/client';
import { storesValues } from '../values.js';
import { findLeftGuards } from './left-guards.js';
import { sweepValues, type SweepOptions, type SweepResult } from './sweep-values.js';

export interface Sweep {
  /** The Workflow ids of what was ended. */
  readonly ended: string[];
  /** Absent if this client stores no values. */
  readonly values?: SweepResult;
}

export async function sweep(
  client: Client,
  { staleMs, ...options }: SweepOptions & { readonly staleMs: number },
): Promise<Sweep> {
  const ended = (await findLeftGuards(client, staleMs)).map(({ workflowId }) => workflowId);
  if (options.dryRun !== true) {
    for (const id of ended) await client.workflow.getHandle(id).terminate('baton sweep: no worker uses it any more');
  }
  return storesValues(client.options.loadedDataConverter)
    ? { ended, values: await sweepValues(client, options) }
    : { ended };
}

/** As `sweep`, for a person: throws RefusedError if nothing was ended, and this client stores no values. */
export async function sweepAll(client: Client, options: Parameters<typeof sweep>[1]): Promise<Sweep> {
  const swept = await sweep(client, options);
  if (swept.ended.length > 0 || swept.values !== undefined) return swept;
  return { ...swept, values: await sweepValues(client, options) };
}
