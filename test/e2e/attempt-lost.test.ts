// A worker is killed while it makes a call, and the next worker has something else to say: the work may be done all the same.
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { Baton } from '../../src/client.js';
import type { Task } from '../../src/domain/plan/plan.js';
import { createWorker } from '../../src/worker.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { untilStarted } from './call-log.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

/** Runs one task whose first attempt is lost with its worker, and whose second, if there is one, is refused. */
async function lose(task: Pick<Task, 'retry'>) {
  const directory = await makeDirectory();
  const server = await find(directory);
  const undone: unknown[] = [];
  const agents = [
    functionAgent({ type: 'counting', run: () => Promise.reject(new AgentError('no', { retryable: false })) }),
    functionAgent({ type: 'undo', run: (input) => void undone.push(input) }),
  ];
  const baton = await Baton.connect({ server, agents, taskQueue: 'e2e' });
  onTestFinished(() => baton.close());
  const codePath = await copyBundle(directory);
  const first = await startWorkerProcess({ directory, taskQueue: 'e2e', codePath });
  const run = await baton.start({
    name: 'lost',
    tasks: {
      a: {
        agent: 'counting',
        input: { id: 'a', after: [], takes: 600_000 },
        heartbeat: '1s',
        compensate: { agent: 'undo' },
        ...task,
      },
    },
  });
  await untilStarted(directory, 1);
  await first.kill();
  const second = await createWorker({ server, agents, taskQueues: ['e2e'], workflowBundle: { codePath } });
  const ended = run.result();
  await second.run(ended.then(() => undefined));
  return { undone, task: (await ended).tasks['a']! };
}

test('a call whose first attempt was lost with its worker is unknown, although the second was refused', async () => {
  const { undone, task } = await lose({ retry: { attempts: 2, initial: '10ms' } });
  expect(task.failure).toMatchObject({
    type: 'AgentRefused',
    message: 'no',
    cause: 'attempt 1 got no answer: its worker was lost',
  });
  expect(undone).toHaveLength(1);
}, 120_000);

test('a call whose only attempt was lost is unknown as soon as the next worker comes, however long its retries wait', async () => {
  const { undone, task } = await lose({ retry: { attempts: 1, initial: '6h', max: '6h' } });
  expect(task).toMatchObject({ attempts: 1, failure: { type: 'Interrupted' } });
  expect(undone).toHaveLength(1);
}, 120_000);
