// How a worker of `createWorker` ends, and what it releases.
import { NativeConnection, Worker } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { createWorker } from '../../src/worker.js';
import { createTeam } from '../../src/worker/team.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();

const guarded = functionAgent({ type: 'guarded', breaker: {}, capacity: 2, run: () => null });

const settings = () => ({
  agents: [guarded],
  server: { connectionOptions: { address: workers.env.address }, namespace: 'default' },
  workflowBundle: { codePath: inject('workflowBundle') },
});

const never = new Promise<never>(() => undefined);

test('worker: shutdown before run ends it, and further shutdowns have no effect', async () => {
  const worker = await createWorker(settings());
  worker.shutdown();
  const over = worker.run(never);
  worker.shutdown();
  await expect(over).resolves.toBeUndefined();
  worker.shutdown();
  await expect(worker.run()).rejects.toThrow('expected one call of run()');
});

test('worker: an error names the Task Queue that the SDK refuses, and the Workers that exist already release the connection', async () => {
  await expect(createWorker({ ...settings(), taskQueues: ['good', '__temporal_bad'] })).rejects.toThrow(
    /__temporal_bad|reserved/i,
  );
});

test('team: if one Worker fails, the others drain, guards end last, and run() rejects when all have ended', async () => {
  const connection = await NativeConnection.connect({ address: workers.env.address });
  const make = (taskQueue: string) =>
    Worker.create({ connection, taskQueue, activities: { noop: () => Promise.resolve() } });
  const [broken, healthy, guard] = await Promise.all(['broken', 'healthy', 'guard'].map(make));
  const states: string[] = [];
  // A Worker that runs already cannot be run again.
  const running = broken!.run();
  const team = createTeam({
    workers: [broken!, healthy!],
    guardWorkers: [guard!],
    closeGuards: () => Promise.resolve(void states.push(`${healthy!.getState()}, guard ${guard!.getState()}`)),
    release: () => connection.close(),
  });
  await expect(team.run()).rejects.toThrow('already started');
  await running;
  expect(states).toEqual(['STOPPED, guard RUNNING']);
  expect([healthy!.getState(), guard!.getState()]).toEqual(['STOPPED', 'STOPPED']);
});
