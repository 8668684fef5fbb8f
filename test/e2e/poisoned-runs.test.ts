// One worker gets ordinary runs and runs that are hostile to it, all together: it lives, and each run ends by itself.
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { RunHandle } from '../../src/client/run-handle.js';
import type { RunResult } from '../../src/domain/run/result.js';
import { HEALTHY } from '../fixtures/e2e/healthy-plans.js';
import { POISONED } from '../fixtures/e2e/poisoned-plans.js';
import { HALF_A_CHARACTER, keyedPool, OPEN_FENCE, soakAgents } from '../fixtures/e2e/soak-agents.js';
import { openaiServer } from '../fixtures/openai-server.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

type Approval = NonNullable<Parameters<RunHandle['approve']>[1]>;

const TASK_QUEUE = 'e2e';

/** The worker, and a client of the same server. */
async function open() {
  const model = (await openaiServer()).answer(OPEN_FENCE);
  onTestFinished(() => model.close());
  const directory = await makeDirectory();
  const server = await find(directory);
  const agents = soakAgents(model.baseURL);
  const baton = await Baton.connect({ server, agents, pools: [keyedPool], taskQueue: TASK_QUEUE });
  onTestFinished(() => baton.close());
  const codePath = await copyBundle(directory);
  const place = { directory, taskQueue: TASK_QUEUE, codePath, script: 'soak-worker.ts', args: [model.baseURL] };
  return { baton, worker: await startWorkerProcess(place) };
}

const REJECTED = 'half a character in a rejection';

/** A busy worker may take longer to take an answer than the client waits: then it is sent again. */
async function answer(run: RunHandle, task: string, approval: Approval): Promise<void> {
  const statusAfterwards = async () => {
    await run.approve(task, approval).catch(() => undefined);
    return (await run.snapshot()).tasks[task]?.status;
  };
  await expect.poll(statusAfterwards, { timeout: 180_000 }).toBeOneOf(['succeeded', 'failed']);
}

/** Answers its approval if it has one. */
async function resultOf(run: RunHandle): Promise<RunResult> {
  if (run.id.startsWith('approved')) await answer(run, 'ok', {});
  if (run.id === REJECTED) await answer(run, 'it', { reject: true, comment: `no ${HALF_A_CHARACTER}` });
  return await run.result();
}

/** What `POISONED` says of it. */
const endOf = ({ status, output, tasks }: RunResult) =>
  status === 'completed' ? { output } : { failure: tasks['it']?.failure?.type };

test('a worker outlives hostile runs of every sort, each of which ends by itself, and ten ordinary runs complete', async () => {
  const { baton, worker } = await open();
  const hostile = Object.entries(POISONED);
  const runs = await Promise.all([
    ...hostile.map(([id, { plan, input }]) => baton.start(plan, { id, input })),
    ...HEALTHY.map(({ plan, input }, index) => baton.start(plan, { id: `${plan.name} ${index}`, input })),
  ]);
  const results = await Promise.all(runs.map(resultOf));
  const ends = hostile.map(([id], index) => [id, endOf(results[index]!)]);
  expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(hostile.map(([id, { ends }]) => [id, ends])));
  const healthy = results.slice(hostile.length).map(({ status, output }) => ({ status, output }));
  expect(healthy).toEqual(HEALTHY.map(({ output }) => ({ status: 'completed', output })));
  // The only worker there ever was.
  expect(worker.isRunning()).toBe(true);
}, 300_000);
