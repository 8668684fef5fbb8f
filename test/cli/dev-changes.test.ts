// `baton dev` while agents and plans change: its worker is started again, no call is lost, and runs are reported.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory, type Running } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, spawn, write } = place;
let dev: Running;

const config = (answer: string) => `
import { answer } from './answer.mjs';
const agent = (type, run) => ({ type, kind: 'function', run });
export default {
  plans: { inner: './inner.yaml' },
  agents: [
    agent('say', () => answer + ' ${answer}'),
    agent('hold', async (input, { signal }) => {
      const { existsSync } = await import('node:fs');
      while (!existsSync(input.until)) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return 'held';
    }),
  ],
};
`;
const say = { name: 'say', tasks: { a: { agent: 'say' } }, output: '{% $tasks.a.output %}' };
const outputOf = async (id: string): Promise<unknown> => ((await json('result', id)) as { output: unknown }).output;

beforeAll(async () => {
  await write('answer.mjs', "export const answer = 'one';\n");
  await write('inner.yaml', 'name: inner\ntasks: { a: { agent: say } }\n');
  await write('watched.config.mjs', config('first'));
  await write('say.json', say);
  const ports = ['--port', String(await freePort()), '--ui-port', String(await freePort())];
  dev = spawn('dev', '--config', 'watched.config.mjs', ...ports);
  await dev.waitForLine('worker ready');
  return async () => {
    dev.signal('SIGTERM');
    await dev.ended;
  };
});

const start = async (plan: string, id: string): Promise<void> => {
  await baton('run', plan, '--id', id, '--detach', '--config', 'watched.config.mjs');
};

test('an agent that changed answers with its new code, also if a module that it imports changed', async () => {
  await start('say.json', 'say-1');
  expect(await outputOf('say-1')).toBe('one first');
  await dev.waitForLine('run say-1 started (say)');
  await dev.waitForLine('run say-1 completed after');
  await write('watched.config.mjs', config('second'));
  await dev.waitForLine('worker started again: watched.config.mjs changed');
  await start('say.json', 'say-2');
  expect(await outputOf('say-2')).toBe('one second');
  await write('answer.mjs', "export const answer = 'two';\n");
  await dev.waitForLine('worker started again: answer.mjs changed');
  await start('say.json', 'say-3');
  expect(await outputOf('say-3')).toBe('two second');
});

test('a plan of the configuration that changed is read again, and a file that no one reads starts nothing', async () => {
  await write('other.yaml', 'unrelated: true\n');
  // Another content, also if the test is repeated.
  await write('inner.yaml', `name: inner\ndescription: ${randomUUID()}\ntasks: { a: { agent: say } }\n`);
  // Both may be noticed together.
  expect(await dev.waitForLine('inner.yaml')).toMatch(/worker started again: inner\.yaml(?:, other\.yaml)? changed/);
});

test('a plan that runs read themselves: a change is reported, with the first problem if it is not valid', async () => {
  await write('mine.yaml', 'name: mine\ntasks: { a: { agent: say } }\n');
  await dev.waitForLine('mine.yaml changed: it is valid, and the next run uses it');
  await write('mine.yaml', 'name: mine\ntasks:\n  a: { agent: sai }\n');
  expect(await dev.waitForLine('no run can use it: tasks.a.agent')).toMatch(
    /got .*sai.*did you mean .*say.*\(mine\.yaml:3:15\)/,
  );
  await write('mine.yaml', 'name: mine\ntasks: [\n');
  expect(await dev.waitForLine('expected YAML or JSON')).toMatch(/no run can use it: .*mine\.yaml:3:1: expected/);
  await rm(join(place.directory, 'mine.yaml'));
});

test('a call in progress is not lost when the worker is started again', async () => {
  await write('hold.json', { name: 'hold', tasks: { h: { agent: 'hold', input: { until: 'go' } } } });
  await start('hold.json', 'held');
  await expect
    .poll(() => json('status', 'held'), { timeout: 30_000 })
    .toMatchObject({ tasks: { h: { status: 'running' } } });
  await write('new-module.mjs', 'export {};\n');
  await dev.waitForLine('worker started again: new-module.mjs changed');
  await write('go', '');
  expect(await json('result', 'held')).toMatchObject({
    status: 'completed',
    tasks: { h: { output: 'held', attempts: 1 } },
  });
});

test('a configuration that cannot be used is reported, and the worker continues', async () => {
  await write('watched.config.mjs', 'export default { agents: [{ }] };\n');
  expect(await dev.waitForLine('continues without the change')).toContain('watched.config.mjs');
  await write('watched.config.mjs', config('fourth'));
  await start('say.json', 'say-4');
  await expect.poll(() => outputOf('say-4'), { timeout: 30_000 }).toMatch(/ (?:first|second|fourth)$/);
});

test('runs that wait and fail are reported with the command that helps', async () => {
  await write('ask.json', { name: 'ask', tasks: { ok: { approve: { title: 'Go on?' } } } });
  await start('ask.json', 'asking');
  expect(await dev.waitForLine('run asking waits')).toContain('waits for an answer: Go on? · baton approve asking ok');
  await baton('approve', 'asking', 'ok', '--reject');
  expect(await dev.waitForLine('run asking failed after')).toContain('in task ok: baton logs asking ok');
});
