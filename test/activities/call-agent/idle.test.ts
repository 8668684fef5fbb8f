import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { commandAgent } from '../../../src/activities/agents/command/command-agent.js';
import { httpAgent } from '../../../src/activities/agents/http/http-agent.js';
import { startFixtureHttp } from '../../support/fixture-http.js';
import { call, failureOf } from '../call.js';

async function serve(answer: (response: ServerResponse) => Promise<void>): Promise<string> {
  const server = await startFixtureHttp((_, response) => void answer(response));
  onTestFinished(server.close);
  return server.url;
}

test('each part of an HTTP answer is a sign of work', async () => {
  const url = await serve(async (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const part of ['[', '1', ',', '2', ',', '3', ']']) {
      response.write(part);
      await delay(250);
    }
    response.end();
  });
  const agent = httpAgent({ type: 'x', url, idle: '1s' });
  expect((await call({ agents: [agent] })).output).toEqual([1, 2, 3]);
});

test('an HTTP answer that stops in the middle is Idle', async () => {
  const url = await serve(async (response) => void response.writeHead(200).write('['));
  const agent = httpAgent({ type: 'x', url, idle: '100ms' });
  expect(await failureOf(call({ agents: [agent] }))).toMatchObject({ type: 'Idle', nonRetryable: false });
});

test('stderr of a command is a sign of work, without a line break too', async () => {
  const program = `
    let left = 40;
    const timer = setInterval(() => {
      process.stderr.write('.');
      if (--left === 0) { clearInterval(timer); console.log('"done"'); }
    }, 100);`;
  const agent = commandAgent({ type: 'x', command: [process.execPath, '-e', program], idle: '3s' });
  expect((await call({ agents: [agent] })).output).toBe('done');
});

test('a command that prints nothing on stderr is Idle, and is ended', async () => {
  const program = 'setInterval(() => console.log("{}"), 20)';
  const agent = commandAgent({ type: 'x', command: [process.execPath, '-e', program], idle: '500ms' });
  expect(await failureOf(call({ agents: [agent] }))).toMatchObject({ type: 'Idle' });
});
