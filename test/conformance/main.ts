// The conformance script: checks a worker that serves the agents of test/conformance/agents.json.
//   npm run conformance -- --task-queue QUEUE [--address HOST:PORT] [--namespace NAME] [--storage DIRECTORY] [--key VARIABLE]
//     [--without secrets|output-schemas …]
// The worker must have been started before, with the same storage, and with the key in VARIABLE under the id "a".
import { parseArgs } from 'node:util';
import { CASES, PARTS } from './cases.js';
import { openConformance, SECRET } from './harness.js';

const { values } = parseArgs({
  options: {
    'task-queue': { type: 'string' },
    address: { type: 'string', default: process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233' },
    namespace: { type: 'string', default: process.env['TEMPORAL_NAMESPACE'] ?? 'default' },
    storage: { type: 'string' },
    key: { type: 'string' },
    without: { type: 'string', multiple: true, default: [] },
  },
});
const { 'task-queue': taskQueue, address, namespace, storage, key, without } = values;
if (taskQueue === undefined) {
  console.error(
    `--task-queue: expected the Task Queue of the worker to be checked, which allows the secret ${SECRET}, with the value a-secret-of-the-worker`,
  );
  process.exit(2);
}
const unknown = without.find((part) => !(PARTS as readonly string[]).includes(part));
if (unknown !== undefined) {
  console.error(`--without: expected ${PARTS.join(' or ')}, got ${JSON.stringify(unknown)}`);
  process.exit(2);
}

const conformance = await openConformance({
  taskQueue,
  server: { connectionOptions: { address }, namespace },
  ...(storage === undefined ? {} : { storage: { dir: storage } }),
  ...(key === undefined ? {} : { encryption: { keys: [{ id: 'a', key: { env: key } }] } }),
});
const has = {
  storage: storage !== undefined,
  encryption: key !== undefined,
  secrets: !without.includes('secrets'),
  'output-schemas': !without.includes('output-schemas'),
};
const WHY = { storage: 'no --storage', encryption: 'no --key' };
let failed = 0;
for (const { name, needs, check } of CASES) {
  if (needs !== undefined && !has[needs]) {
    console.log(`skipped  ${name} (${needs in WHY ? Reflect.get(WHY, needs) : `--without ${needs}`})`);
    continue;
  }
  try {
    await check(conformance);
    console.log(`ok       ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED   ${name}\n${String(error).replaceAll(/^/gm, '         ')}`);
  }
}
await conformance.close();
console.log(failed === 0 ? 'all cases passed' : `${failed} of ${CASES.length} cases failed`);
process.exit(failed === 0 ? 0 : 1);
