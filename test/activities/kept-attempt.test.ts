// What a worker keeps of its calls for `baton logs`.
import { expect, test, vi } from 'vitest';
import { commandAgent, functionAgent, type Agent } from '../../src/index.js';
import type { KeptLine } from '../../src/domain/run/kept-line.js';
import { call, failureOf } from './call.js';

async function linesOf(agent: Agent, calling: Partial<Parameters<typeof call>[0]> = {}): Promise<KeptLine[]> {
  const lines: KeptLine[] = [];
  const deps = { ...calling.deps, keepLine: (line: KeptLine) => void lines.push(line) };
  await call({ ...calling, agents: [agent], deps }).catch(() => undefined);
  return lines;
}

test('a call that logs nothing and succeeds leaves no line', async () => {
  expect(await linesOf(functionAgent({ type: 'x', run: () => 1 }))).toEqual([]);
});

test('stderr of a command and ctx.log of a function are kept, with the call and the attempt', async () => {
  const command = commandAgent({ type: 'x', command: ['sh', '-c', 'echo one >&2; echo " two" >&2; echo 1'] });
  expect(await linesOf(command, { request: { item: 3 }, info: { activityId: 'a[3]' } })).toMatchObject([
    { run: 'run-1', task: 'a', item: 3, call: 'a[3]', attempt: 1, level: 'debug', message: 'one' },
    { message: ' two' },
  ]);
  const [line] = await linesOf(
    functionAgent({ type: 'x', run: (_, ctx) => ctx.log.warn('careful', { n: 1, error: new Error('inner') }) ?? 1 }),
  );
  expect(line).toMatchObject({ level: 'warn', message: 'careful', fields: { n: 1 } });
  expect(line?.fields).toHaveProperty('error', expect.stringContaining('Error: inner\n    at '));
});

test('a failed attempt leaves its message, the type of its failure, and the stacks of the error and its causes', async () => {
  const agent = functionAgent({
    type: 'x',
    run: () => {
      throw new TypeError('deep trouble', { cause: new Error('the root') });
    },
  });
  const [line] = await linesOf(agent);
  expect(line).toMatchObject({ level: 'error', failure: 'AgentFailed', message: 'deep trouble', attempt: 1 });
  expect(line?.stack).toMatch(/^TypeError: deep trouble\n {4}at [\s\S]*\ncaused by: Error: the root\n {4}at /);
});

test('secrets are replaced in lines, fields, messages and stacks', async () => {
  vi.stubEnv('TOKEN', 'tok-1234567890');
  const agent = functionAgent({
    type: 'x',
    run: async (_, ctx) => {
      const token = await ctx.secret('TOKEN');
      ctx.log.info(`with ${token}`, { token });
      throw new Error(`refused ${token}`);
    },
  });
  const lines = await linesOf(agent, { deps: { secrets: { allow: ['TOKEN'] } } });
  expect(lines.map(({ message }) => message)).toEqual(['with [secret TOKEN]', 'refused [secret TOKEN]']);
  expect(JSON.stringify(lines)).not.toContain('tok-1234567890');
  vi.unstubAllEnvs();
});

test('an attempt that prints without end is cut, and the last line states that', async () => {
  const agent = functionAgent({
    type: 'x',
    run: (_, ctx) => {
      for (let at = 0; at < 200; at++) ctx.log.info('y'.repeat(10_000));
      throw new Error('the end');
    },
  });
  const lines = await linesOf(agent);
  expect(lines.reduce((sum, { message }) => sum + message.length, 0)).toBeLessThan(1.01 * 1024 ** 2);
  expect(lines.slice(-2)).toMatchObject([
    { cut: true, message: 'this attempt has logged 1 MiB; the rest is not kept' },
    { failure: 'AgentFailed', message: 'the end' },
  ]);
});

test('a worker that keeps nothing fails calls as before', async () => {
  const agent = functionAgent({ type: 'x', run: () => Promise.reject(new Error('no')) });
  expect(await failureOf(call({ agents: [agent] }))).toMatchObject({ type: 'AgentFailed', message: 'no' });
});
