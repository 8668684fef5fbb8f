// The worker of large-runs.ts, as a process of its own. Sends its peak memory, in bytes, and stops when it is told to.
import { fileURLToPath } from 'node:url';
import { Runtime } from '@temporalio/worker';
import { createWorker, functionAgent } from '../dist/index.js';
import { quiet } from './measure.js';

const [, , address, taskQueue, dir] = process.argv;

/** Answers a text of so many bytes. */
const make = functionAgent<{ bytes: number }, string>({ type: 'make', run: ({ bytes }) => 'x'.repeat(bytes) });
const undo = functionAgent<unknown, null>({ type: 'undo', run: () => null });
const fail = functionAgent<unknown, null>({
  type: 'fail',
  retry: { attempts: 1 },
  run: () => {
    throw new Error('fails always');
  },
});

Runtime.install({ logger: quiet });
const worker = await createWorker({
  server: { connectionOptions: { address: address! }, namespace: 'default' },
  agents: [make, undo, fail],
  taskQueues: [taskQueue!],
  storage: { dir: dir! },
  workflowBundle: { codePath: fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url)) },
});
process.on('message', () => worker.shutdown());
const working = worker.run();
process.send!('ready');
await working;
process.send!(process.resourceUsage().maxRSS * 1024);
process.disconnect();
