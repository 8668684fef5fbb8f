// Agents that do what no agent should, one run for all of them: what each comes to is in the result of the run.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandAgent, type CommandAgentOptions } from '../../src/activities/agents/command/command-agent.js';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Agent } from '../../src/domain/agent/agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import type { RunResult } from '../../src/domain/run/result.js';
import { isAlive } from '../../src/system/process-identity.js';
import { type InProcess, startInProcess } from './in-process.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/agents/${name}.js`, import.meta.url));

const program = (
  type: string,
  args: readonly string[] = [],
  more: Partial<CommandAgentOptions<unknown, unknown>> = {},
): Agent => commandAgent({ type, command: [process.execPath, fixture(type), ...args], ...more });

const misbehaving = (directory: string): Agent[] => [
  program('garbage'),
  program('big'),
  program('polite', [], { timeout: '1s' }),
  program('forever', [join(directory, 'pids.json')], { timeout: '2s', killAfter: '200ms' }),
  program('signal', ['SIGSEGV']),
  program('fail', ['75']),
  commandAgent({ type: 'nowhere', command: ['/no/such/program'] }),
  functionAgent({ type: 'deaf', timeout: '1s', run: () => new Promise(() => undefined) }),
  functionAgent({ type: 'circular', run: () => circle() }),
  functionAgent({ type: 'thrower', run: () => Promise.reject(new Error('line one\nline two')) }),
  functionAgent({ type: 'huge', run: () => 'x'.repeat(3_000_000) }),
  functionAgent({ type: 'well', run: () => 'done' }),
];

function circle(): object {
  const one: { self?: object } = {};
  one.self = one;
  return one;
}

const plan: Plan = {
  name: 'misbehaving',
  onFailure: 'continue',
  // An agent that is given up while it runs on takes eleven seconds each time.
  tasks: Object.fromEntries(
    misbehaving('.').map(({ type }) => [
      type,
      { agent: type, retry: { attempts: type === 'deaf' ? 1 : 2, initial: '10ms' } },
    ]),
  ),
};

let place: InProcess;
let result: RunResult;

beforeAll(async () => {
  // Without storage, an output has at most 2 MiB.
  place = await startInProcess(misbehaving, { storage: false });
  const run = await place.baton.start(plan, { id: 'misbehaving' });
  result = await run.result();
}, 240_000);
afterAll(() => place?.close());

test.each([
  [
    'prints garbage',
    'garbage',
    'failed',
    'InvalidOutput',
    1,
    /^".*node" exited with success: expected JSON on stdout, got "<html>/,
  ],
  ['prints 10 MB', 'big', 'failed', 'OutputTooLarge', 1, /^".*node" printed more than \d+ bytes and was killed$/],
  ['never answers', 'polite', 'unknown', 'Timeout', 2, /^agent "polite" did not answer within 1s$/],
  ['ignores SIGTERM', 'forever', 'unknown', 'Timeout', 2, /^agent "forever" did not answer within 2s$/],
  ['ends by a signal', 'signal', 'unknown', 'NoAnswer', 2, /^".*node" was ended by SIGSEGV$/],
  ['exits with 75', 'fail', 'failed', 'AgentFailed', 2, /^".*node" exited with 75: the disk is full$/],
  [
    'is not a program',
    'nowhere',
    'failed',
    'AgentRefused',
    1,
    /^cannot start "\/no\/such\/program": there is no such program \(ENOENT\)$/,
  ],
  ['ignores its signal', 'deaf', 'unknown', 'Timeout', 1, /^agent "deaf" did not answer within 1s$/],
  ['answers what is no JSON', 'circular', 'failed', 'InvalidOutput', 1, /circular/],
  ['throws', 'thrower', 'failed', 'AgentFailed', 2, /^line one/],
  [
    'answers more than fits',
    'huge',
    'failed',
    'OutputTooLarge',
    1,
    /^agent "huge": output: expected at most 2031616 bytes of JSON, got 3000002/,
  ],
] as const)('an agent that %s has a failure that says so', (_, task, status, type, attempts, message) => {
  expect(result.tasks[task]).toMatchObject({ status, attempts, output: null, failure: { type } });
  expect(result.tasks[task]?.failure?.message).toMatch(message);
});

test('the run fails at its end, and what behaves has done its work', () => {
  expect(result).toMatchObject({ status: 'failed', failure: { type: 'TaskFailed' } });
  expect(result.tasks['well']).toMatchObject({ status: 'succeeded', output: 'done', failure: null });
});

test('nothing is left of a program that ignores SIGTERM, nor of its child', async () => {
  const pids = JSON.parse(await readFile(join(place.directory, 'pids.json'), 'utf8')) as number[];
  expect(pids).toHaveLength(2);
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});
