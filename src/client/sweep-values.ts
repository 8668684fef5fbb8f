// Removes the stored values that no run needs: reads the histories of all Workflows, and sweeps the storage.
import type { Client } from '@temporalio/client';
import { isNotFound, readHistory } from '../temporal/history.js';
import { describeSchedules, listWorkflows } from '../temporal/workflows.js';
import { findClaims, nothingFound, type Found } from '../values/storage/find-claims.js';
import type { BatonStorageDriver } from '../values/storage/driver.js';
import { storageDriver } from '../values/storage/open.js';
import { sweepStore, type Swept } from '../values/storage/sweep.js';
import { RefusedError } from './errors.js';

export interface SweepOptions {
  /** Values that were stored or used within this time stay, in milliseconds. */
  readonly graceMs: number;
  /** Counts what would be removed. */
  readonly dryRun?: boolean;
  readonly onProgress?: (done: { readonly workflows: number; readonly values: number }) => void;
}

export interface SweepResult extends Swept {
  readonly place: string;
  /** Number of histories that were read. */
  readonly workflows: number;
}

/** Throws RefusedError if this client stores no values. */
export async function sweepValues(client: Client, options: SweepOptions): Promise<SweepResult> {
  const { graceMs, dryRun = false, onProgress = () => undefined } = options;
  const driver = storageDriver(client.options.loadedDataConverter);
  const store = driver?.own;
  if (driver === undefined || store === undefined) {
    throw new RefusedError('sweep: this client has no storage; set storage in the configuration');
  }
  // Before the histories are read: what is touched later stays.
  const beforeMs = Date.now() - graceMs;
  const scope = await driver.scopeOf(client.options.namespace);
  const storage = await store.id();
  const found = nothingFound();
  const seen = new Set<string>();
  for await (const execution of listWorkflows(client)) {
    if (seen.has(execution.runId)) continue;
    seen.add(execution.runId);
    await addNeeded(client, execution, found);
    await addReferred(driver, storage, found);
    onProgress({ workflows: seen.size, values: 0 });
  }
  for await (const schedule of describeSchedules(client)) findClaims(schedule, found);
  await addReferred(driver, storage, found);
  const request = { scope, needed: found.keys, beforeMs, dryRun };
  const swept = await sweepStore(store, request, (values) => onProgress({ workflows: seen.size, values }));
  return { place: store.place, workflows: seen.size, ...swept };
}

async function addNeeded(client: Client, execution: Parameters<typeof readHistory>[1], found: Found): Promise<void> {
  try {
    for await (const event of readHistory(client, execution)) findClaims(event, found);
  } catch (error) {
    // The server has deleted the history in the meantime.
    if (!isNotFound(error)) throw error;
  }
}

/** Adds the values of this storage that stored values refer to. A value that is lost refers to nothing that could be read. */
async function addReferred(driver: BatonStorageDriver, storage: string, found: Found): Promise<void> {
  for (const [key, claim] of found.referring) {
    found.referring.delete(key);
    if (!(JSON.parse(claim['references']!) as string[]).includes(storage)) continue;
    try {
      findClaims(await driver.read(claim, undefined), found);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ValueLostError') throw error;
    }
  }
}
