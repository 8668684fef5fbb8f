// Runs the built command line once, as a user would: `validate`, `run` with the embedded server, `status`.
// `node scripts/smoke.mjs` tests the Node.js that runs it; `npx -y -p node@24 node scripts/smoke.mjs` tests another one.
import { execFile } from 'node:child_process';
import { deepStrictEqual } from 'node:assert';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
/** The embedded server may have to be downloaded first. */
const TIMEOUT_MS = 180_000;

const CONFIG = `agents:
  - { type: double, kind: command, command: [node, double.js] }
`;
const AGENT = `let text = '';
process.stdin.on('data', (chunk) => (text += chunk)).on('end', () => console.log(2 * JSON.parse(text)));
`;
const PLAN = `name: smoke
tasks:
  each: { agent: double, forEach: { items: '{% $input.numbers %}' }, input: '{% $item %}' }
output: '{% $sum($tasks.each.output) %}'
`;

const directory = await mkdtemp(join(tmpdir(), 'baton-smoke-'));

async function baton(...args) {
  const options = { cwd: directory, timeout: TIMEOUT_MS, env: { ...process.env, NO_COLOR: '1' } };
  try {
    return (await promisify(execFile)(process.execPath, [CLI, ...args], options)).stdout;
  } catch (error) {
    throw new Error(`baton ${args[0]}: ${error.message}\n${error.stdout}`, { cause: error });
  }
}

try {
  await writeFile(join(directory, 'baton.config.yaml'), CONFIG);
  await writeFile(join(directory, 'double.js'), AGENT);
  await writeFile(join(directory, 'plan.yaml'), PLAN);

  deepStrictEqual(JSON.parse(await baton('validate', 'plan.yaml', '--json')), { valid: true, problems: [] });
  const run = JSON.parse(await baton('run', 'plan.yaml', '--id', 'smoke', '--input', '{"numbers":[1,2,3]}', '--json'));
  deepStrictEqual([run.runId, run.status, run.output], ['smoke', 'completed', 12]);
  const status = JSON.parse(await baton('status', 'smoke', '--json'));
  deepStrictEqual([status.status, status.tasks.each.items], ['completed', { total: 3, succeeded: 3, failed: 0 }]);
  console.log(`validate, run and status work on Node.js ${process.version}`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
