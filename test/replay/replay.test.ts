// Runs outlive the code that started them: what the code of today commands, given a history of before, must be what it
// commanded then. A change that breaks one of these would fail the Workflow Task of every run that goes on.
import { readdirSync, readFileSync } from 'node:fs';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { beforeAll, expect, inject, test } from 'vitest';
import { silenceTemporal } from '../support/silence.js';

const { History } = temporal.api.history.v1;
const folder = new URL('histories/', import.meta.url);
const kept = readdirSync(folder).map((file) => {
  const json = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>;
  const history = History.fromObject(json);
  const { workflowId } = history.events[0]!.workflowExecutionStartedEventAttributes!;
  return { name: file.replace(/\.json$/, ''), workflowId: workflowId!, history };
});

beforeAll(silenceTemporal);

test.each(kept)('$name replays', async ({ workflowId, history }) => {
  const workflowBundle = { codePath: inject('workflowBundle') };
  await expect(Worker.runReplayHistory({ workflowBundle }, history, workflowId)).resolves.toBeUndefined();
});
