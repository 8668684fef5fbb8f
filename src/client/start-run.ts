// The id of a run, and its start.
import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { startRun as startWorkflow, type RunStart } from '../temporal/start-run.js';
import { checkRunId } from './errors.js';

/** `review-3f9a2c71`: the plan's name and eight random digits. */
export function newRunId(planName: string): string {
  const name = planName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return `${name === '' ? 'run' : name}-${randomBytes(4).toString('hex')}`;
}

/** As in `temporal/start-run.ts`. Throws InvalidInputError. */
export async function startRun(client: Client, start: RunStart): Promise<string | undefined> {
  checkRunId(start.id);
  return await startWorkflow(client, start);
}
