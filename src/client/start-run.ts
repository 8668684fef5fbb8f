// The id of a run, and its start.
import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { startRun as startWorkflow, type RunStart } from '../temporal/start-run.js';
import { utf8Bytes } from '../domain/json/byte-size.js';
import { runIdFault } from '../domain/run/run-ids.js';
import { truncateMiddle } from '../domain/text/truncate.js';
import { checkRunId, InvalidInputError } from './errors.js';

/** Enough to recognize an id. */
const SHOWN_OF_ID = 80;

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
  const { id, request } = start;
  checkRunId(id);
  const fault = runIdFault(utf8Bytes(id), request.plan, request.plans);
  if (fault !== undefined) throw new InvalidInputError([`id ${truncateMiddle(id, SHOWN_OF_ID)}: ${fault}`]);
  return await startWorkflow(client, start);
}
