// Sends an update to a run, again if the server has dropped it, under the same id so that it is handled once.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { wasDropped } from './dropped-update.js';

const RETRY_AFTER_MS = 50;

export interface Update {
  readonly name: string;
  readonly message?: unknown;
  /** An update that is sent again under the same id is handled once. Default: a random one. */
  readonly id?: string | undefined;
  /** When to stop sending it again, in milliseconds since 1970. */
  readonly until: number;
}

export async function sendUpdate<T = void>(
  workflow: WorkflowHandle,
  { name, message, id: updateId = randomUUID(), until }: Update,
): Promise<T> {
  for (;;) {
    try {
      if (message === undefined) return await workflow.executeUpdate<T, []>(name, { updateId });
      return await workflow.executeUpdate<T, [unknown]>(name, { updateId, args: [message] });
    } catch (error) {
      if (!wasDropped(error) || Date.now() > until) throw error;
      await setTimeout(RETRY_AFTER_MS);
    }
  }
}
