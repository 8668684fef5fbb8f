// Workers with storage, and agents with outputs that are too large for a history.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Agent } from '../../src/domain/agent/agent.js';
import type { Baton } from '../../src/client.js';
import { readHistory } from '../../src/temporal/history.js';
import { useWorkers } from '../support/workers.js';

export const BYTES = 300_000;
let count = 0;

export const text = (letter: string): string => letter.repeat(BYTES);
const make = functionAgent<string, string>({ type: 'make', run: (letter) => text(letter) });
/** An object whose `rows` is a list of texts. */
const rows = functionAgent<number, object>({
  type: 'rows',
  run: (n) => ({ rows: Array.from({ length: n }, (_, i) => ({ id: i, data: text('r') })) }),
});
const echo = functionAgent<unknown, unknown>({ type: 'echo', run: (input) => input });
export const undone: unknown[] = [];
const undo = functionAgent<unknown, null>({ type: 'undo', run: (input) => (undone.push(input), null) });
const fail = functionAgent<unknown, null>({
  type: 'fail',
  retry: { attempts: 1 },
  run: () => {
    throw new Error('fails always');
  },
});
const make2 = functionAgent<string, string>({ type: 'make2', run: (letter) => text(letter) });
const agents = [make, make2, rows, echo, undo, fail];

const key = { id: 'k1', key: { env: 'BATON_TEST_REFERENCES_KEY' } };
process.env['BATON_TEST_REFERENCES_KEY'] = Buffer.alloc(32, 7).toString('base64');

/** Call it at the top of a test file. */
export function useReferences() {
  const workers = useWorkers();
  return { workers, setUp: (options: SetUp = {}) => setUp(workers, options) };
}

interface SetUp {
  readonly isEncrypted?: boolean;
  /** In addition to those of this file. */
  readonly more?: readonly Agent[];
}

async function setUp(workers: ReturnType<typeof useWorkers>, { isEncrypted = false, more = [] }: SetUp) {
  const dir = await mkdtemp(join(tmpdir(), 'baton-references-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const taskQueue = `references-${++count}`;
  const settings = {
    agents: [...agents, ...more],
    storage: { dir },
    ...(isEncrypted ? { encryption: { keys: [key] } } : {}),
  };
  const worker = await workers.start({ ...settings, taskQueues: [taskQueue] });
  return { dir, worker, settings, taskQueue, baton: await workers.connect({ ...settings, taskQueue }) };
}

async function activityIds(baton: Baton, workflowId: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { activityTaskScheduledEventAttributes: scheduled } of readHistory(baton.client, { workflowId })) {
    if (scheduled?.activityId != null) ids.push(scheduled.activityId);
  }
  return ids;
}

export const reads = async (baton: Baton, id: string): Promise<number> =>
  (await activityIds(baton, id)).filter((one) => one.startsWith('value:')).length;

export const valuesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));
