// What short commands cost: the processor time of each, with a server that is running and a configuration of agents, and as a multiple of what Node.js takes
// to do nothing.
// Usage: npm run bench:start -- [ROUNDS]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Baton } from '../dist/index.js';
import { median } from './measure.js';

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 9);

const CONFIG = `agents:
  - { type: sort, kind: command, command: [sort] }
  - { type: web, kind: http, url: 'http://127.0.0.1:9/' }
`;
const COMMANDS = ['--version', '--help', 'complete -- ru', 'validate plan.yaml', 'runs', 'inbox', 'status waits'];

/** Prints the processor time of its process in milliseconds, as the last line of stderr. */
const REPORT = `data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();process.stderr.write('\\n'+(user+system)/1000)})`;

const directory = await mkdtemp(join(tmpdir(), 'baton-start-'));

async function cpuOf(args: readonly string[]): Promise<number> {
  const { stderr } = await execa(process.execPath, ['--import', REPORT, ...args], { cwd: directory });
  return Number(stderr.split('\n').at(-1));
}

async function medianOf(args: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await cpuOf(args));
  return median(times);
}

await writeFile(join(directory, 'baton.config.yaml'), CONFIG);
await writeFile(join(directory, 'plan.yaml'), 'name: p\ntasks: { a: { agent: sort }, b: { agent: web } }\n');
const baton = await Baton.embedded({ agents: [], directory });
try {
  const run = await baton.start({ name: 'p', tasks: { wait: { event: { name: 'go' } } } }, { id: 'waits' });
  const nothing = await medianOf(['-e', '0']);
  for (const command of COMMANDS) {
    const ms = await medianOf([cli, ...command.split(' ')]);
    console.log(JSON.stringify({ command, cpuMs: Math.round(ms), ofNode: Number((ms / nothing).toFixed(1)) }));
  }
  await run.cancel();
} finally {
  await baton.close();
  await rm(directory, { recursive: true, force: true });
}
