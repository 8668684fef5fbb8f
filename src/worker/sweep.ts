// Sweeps as `baton sweep` does, with the client and the storage of the worker.
import type { Client } from '@temporalio/client';
import type { SweepNow } from '../activities/sweep.js';
import { sweep } from '../client/sweep.js';

export const sweepBy =
  (client: Client): SweepNow =>
  (request, onProgress) =>
    sweep(client, { ...request, onProgress });
