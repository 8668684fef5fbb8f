// `baton sweep`: ends the breakers and pools that no worker uses any more, and removes the stored values that no run needs.
import type { Client } from '@temporalio/client';
import { findLeftGuards } from '../../client/left-guards.js';
import { sweepValues, type SweepOptions, type SweepResult } from '../../client/sweep-values.js';
import { storesValues } from '../../values.js';

export interface Sweep {
  /** The Workflow ids of what was ended. */
  readonly ended: string[];
  /** Absent if this client stores no values, and something was ended. */
  readonly values?: SweepResult;
}

/** Throws RefusedError if nothing was ended, and this client stores no values. */
export async function sweep(
  client: Client,
  { staleMs, ...options }: SweepOptions & { readonly staleMs: number },
): Promise<Sweep> {
  const ended = (await findLeftGuards(client, staleMs)).map(({ workflowId }) => workflowId);
  if (options.dryRun !== true) {
    for (const id of ended) await client.workflow.getHandle(id).terminate('baton sweep: no worker uses it any more');
  }
  if (ended.length > 0 && !storesValues(client.options.loadedDataConverter)) return { ended };
  return { ended, values: await sweepValues(client, options) };
}
