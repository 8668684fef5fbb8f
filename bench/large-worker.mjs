// The worker of large-runs.ts, as a process of its own. It is JavaScript, so that its memory is that of a worker alone, without a
// compiler. Sends its peak memory, in bytes, and stops when it is told to.
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createWorker, functionAgent } from '../dist/index.js';

const [, , address, taskQueue, dir] = process.argv;

/** Answers a text of so many bytes. */
const make = functionAgent({ type: 'make', run: ({ bytes }) => 'x'.repeat(bytes) });
const undo = functionAgent({ type: 'undo', run: () => null });
const fail = functionAgent({
  type: 'fail',
  retry: { attempts: 1 },
  run: () => {
    throw new Error('fails always');
  },
});

Runtime.install({ logger: new DefaultLogger('ERROR') });
const worker = await createWorker({
  server: { connectionOptions: { address }, namespace: 'default' },
  agents: [make, undo, fail],
  taskQueues: [taskQueue],
  storage: { dir },
  workflowBundle: { codePath: fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url)) },
});
process.on('message', () => worker.shutdown());
const working = worker.run();
process.send('ready');
await working;
process.send(process.resourceUsage().maxRSS * 1024);
process.disconnect();
