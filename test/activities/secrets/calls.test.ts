import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { commandAgent, functionAgent, httpAgent } from '../../../src/index.js';
import { createActivities } from '../../../src/activities/index.js';
import { call, failureOf } from '../call.js';
import { startFixtureHttp, type FixtureHttp } from '../../support/fixture-http.js';

const VALUE = 'tok-"1234567890"-Ω';
const reference = { $secret: 'TOKEN' };
const allowed = { secrets: { allow: ['TOKEN', 'OTHER'] } };
const echo = functionAgent({ type: 'x', run: (input) => input });

beforeEach(() => {
  vi.stubEnv('TOKEN', VALUE);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('references in inputs', () => {
  test('input: a reference is replaced before the call, and its value after it', async () => {
    const seen: unknown[] = [];
    const agent = functionAgent({ type: 'x', run: (input) => (seen.push(input), { got: input, [VALUE]: VALUE }) });
    const request = { input: { a: [reference], b: 'tok' } };
    const { output } = await call({ agents: [agent], request, deps: allowed });
    expect(seen).toEqual([{ a: [VALUE], b: 'tok' }]);
    expect(output).toEqual({ got: { a: ['[secret TOKEN]'], b: 'tok' }, '[secret TOKEN]': '[secret TOKEN]' });
  });

  test('input: a reference fits where the schema has text, and the value is checked before the call', async () => {
    const input = { type: 'object', properties: { key: { type: 'string', pattern: '^tok-' }, n: { type: 'number' } } };
    const agent = functionAgent({ type: 'x', input, run: () => 'called' });
    const made = (value: object) => call({ agents: [agent], request: { input: value }, deps: allowed });
    expect((await made({ key: reference, n: 1 })).output).toBe('called');
    expect(await failureOf(made({ key: reference, n: 'x' }))).toMatchObject({
      type: 'InvalidInput',
      message: 'agent "x": input.n: expected to be number, got "x"',
    });
    expect(await failureOf(made({ n: reference }))).toMatchObject({
      type: 'InvalidInput',
      message: 'agent "x": input.n: expected to be number, got "[secret TOKEN]"',
    });
    vi.stubEnv('TOKEN', 'other-value');
    const failure = await failureOf(made({ key: reference }));
    expect(failure.message).toBe(
      `agent "x": input: does not fit the agent's schema with the values of its secrets (TOKEN), which are not shown; check their values against the schema`,
    );
  });

  test('output: a reference in an answer fails the call', async () => {
    const agent = functionAgent({ type: 'x', run: () => ({ a: [{ $secret: 'TOKEN' }] }) });
    expect(await failureOf(call({ agents: [agent], deps: allowed }))).toMatchObject({
      type: 'InvalidOutput',
      message:
        'agent "x": output.a[0]: expected data, got a reference to a secret (an object whose only key is "$secret"); only plans and inputs of runs may refer to secrets',
    });
  });
});

describe('reading secrets', () => {
  const fails = (name: string, deps: object = allowed) =>
    failureOf(call({ agents: [echo], request: { input: { key: { $secret: name } } }, deps }));

  test('a secret that is not allowed fails the call without a retry, and the allowed names are not listed', async () => {
    expect(await fails('NOPE')).toMatchObject({
      type: 'SecretRefused',
      nonRetryable: true,
      message:
        'agent "x": input.key: secret "NOPE": it is not one of the 2 secrets that this worker allows; add "NOPE" to secrets.allow of the configuration, and restart the worker',
    });
    expect((await fails('NOPE', {})).message).toContain('this worker allows no secrets; add "NOPE"');
  });

  test('a secret that is not set, empty or too short fails the call without a retry', async () => {
    expect(await fails('OTHER')).toMatchObject({
      type: 'SecretRefused',
      nonRetryable: true,
      message:
        'agent "x": input.key: secret "OTHER": the environment variable of the worker is not set; set it where the worker starts',
    });
    vi.stubEnv('OTHER', '');
    expect((await fails('OTHER')).message).toContain('is empty; set it');
    vi.stubEnv('OTHER', 'abcd');
    expect((await fails('OTHER')).message).toContain('expected at least 5 characters');
  });

  test('a directory has a file for each secret, which is read again for each call', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'baton-secret-'));
    try {
      const deps = { secrets: { allow: ['TOKEN'], from: directory } };
      expect(await fails('TOKEN', deps)).toMatchObject({ type: 'SecretMissing', nonRetryable: false });
      const seen: unknown[] = [];
      const agent = functionAgent({ type: 'x', run: (input) => void seen.push(input) });
      for (const value of ['first value', 'second value']) {
        await writeFile(join(directory, 'TOKEN'), `${value}\n`);
        await call({ agents: [agent], request: { input: reference }, deps });
      }
      expect(seen).toEqual(['first value', 'second value']);
      await writeFile(join(directory, 'TOKEN'), '');
      expect((await fails('TOKEN', deps)).message).toContain('its file is empty');
      expect(await fails('../TOKEN', deps)).toMatchObject({ type: 'SecretRefused' });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  test('a worker whose agents name a secret that it does not allow is refused', () => {
    const agent = httpAgent({ type: 'x', url: 'http://a.example', headers: { 'x-key': { $secret: 'KEY' } } });
    expect(() => createActivities({ agents: [agent] })).toThrow(
      'agent "x": header "x-key": secret "KEY": this worker allows no secrets; add "KEY" to secrets.allow',
    );
  });
});

describe('http', () => {
  let http: FixtureHttp;
  afterEach(() => http.close());

  test('http: no part of a secret is in a failure, wherever the shown part of the answer ends', async () => {
    let body = '';
    http = await startFixtureHttp((_, response) => response.writeHead(400).end(body));
    const agent = httpAgent({ type: 'x', url: http.url, headers: { a: { $secret: 'TOKEN' } } });
    vi.stubEnv('TOKEN', 'tok-1234567890-abc');
    for (const before of Array.from({ length: 24 }, (_, i) => 180 + i)) {
      body = `${'.'.repeat(before)}tok-1234567890-abc`;
      const { message } = await failureOf(call({ agents: [agent], deps: allowed }));
      expect(message).not.toContain('tok');
    }
    for (const before of [65_520, 65_530, 65_534]) {
      body = `${'tok-1234567890-abc'.repeat(3)}${' '.repeat(before - 54)}tok-1234567890-abc`;
      expect((await failureOf(call({ agents: [agent], deps: allowed }))).message).not.toContain('tok');
    }
  });

  test('http: secrets fill places in path and query, and are not in a failure', async () => {
    http = await startFixtureHttp(({ url }, response) => response.writeHead(404).end(url));
    const agent = httpAgent({ type: 'x', url: `${http.url}/bot{t}/x?k={t}`, params: { t: { $secret: 'TOKEN' } } });
    const { message } = await failureOf(call({ agents: [agent], deps: allowed }));
    expect(http.asked[0]?.url).toBe(`/bot${encodeURIComponent(VALUE)}/x?k=${encodeURIComponent(VALUE)}`);
    expect(message).toBe(`POST ${http.url}/bot[secret TOKEN]/x answered 404: /bot[secret TOKEN]/x?k=[secret TOKEN]`);
  });

  test('http: with allowPrivate: false, a private address and a name that resolves to one are refused', async () => {
    http = await startFixtureHttp((_, response) => response.end('1'));
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254', '10.0.0.1']) {
      const url = http.url.replace('127.0.0.1', host);
      const agent = httpAgent({ type: 'x', url, allowPrivate: false });
      expect(await failureOf(call({ agents: [agent] }))).toMatchObject({
        type: 'AgentRefused',
        message: expect.stringContaining('expected a public address') as string,
      });
    }
    expect(http.asked).toEqual([]);
  });

  test('http: a password in the address is refused and not shown', async () => {
    http = await startFixtureHttp((_, response) => response.end());
    const make = () => httpAgent({ type: 'x', url: 'http://user:hunter22@a.example' });
    expect(make).toThrow('expected a URL without user and password, got a value that is not shown; use headers:');
    expect(make).not.toThrow('hunter22');
  });
});

describe('commands', () => {
  const print = (expression: string, more: object = {}) =>
    commandAgent({ type: 'x', command: [process.execPath, '-e', expression], ...more });

  test('a command gets few variables of the worker, and those that env adds', async () => {
    vi.stubEnv('NOT_FOR_COMMANDS', 'secret of another');
    vi.stubEnv('NAMED', 'n');
    vi.stubEnv('LC_ALL', 'C');
    const script = 'console.log(JSON.stringify(Object.keys(process.env)))';
    const names = async (more: object) =>
      (await call({ agents: [print(script, more)], deps: allowed })).output as string[];
    expect(await names({})).toEqual(expect.arrayContaining(['PATH', 'LC_ALL', 'BATON_RUN_ID']));
    expect(await names({})).not.toContain('NOT_FOR_COMMANDS');
    expect(await names({ env: ['NAMED'] })).toContain('NAMED');
    expect(await names({ env: { A: { $secret: 'TOKEN' }, B: { env: 'NAMED' } } })).toEqual(
      expect.arrayContaining(['A', 'B']),
    );
    expect(await names({ inheritEnv: true })).toContain('NOT_FOR_COMMANDS');
  });

  test('a failure names the variable that a program misses and that the worker has', async () => {
    vi.stubEnv('REPORT_HOST', 'h');
    const script = 'console.error("REPORT_HOST is not set"); process.exit(1)';
    expect((await failureOf(call({ agents: [print(script)] }))).message).toMatch(
      /exited with 1: REPORT_HOST is not set; the variable REPORT_HOST of the worker is not passed on to commands: add it to the agent's env, or set inheritEnv: true$/,
    );
  });

  test('a secret that a program prints over several writes and lines is in no line of the log', async () => {
    vi.stubEnv('TOKEN', 'first line of it\nsecond line of it');
    const lines: string[] = [];
    const note = (message: string) => void lines.push(message);
    const log = { debug: note, info: note, warn: note, error: note };
    const script = `const t = process.env.T; process.stderr.write('a ' + t.slice(0, 4));
      setTimeout(() => { process.stderr.write(t.slice(4, 20)); setTimeout(() => { console.error(t.slice(20) + ' b'); console.log('1'); }, 30); }, 30);`;
    await call({ agents: [print(script, { env: { T: reference } })], deps: { ...allowed, log } });
    expect(lines).toEqual(['a [secret TOKEN] b']);
  });
});

test('failure: message, stack, cause and details have no secret, also if Temporal made the failure, and its type and delay stay', async () => {
  vi.stubEnv('TOKEN', 'tok-1234567890');
  const text = `${'.'.repeat(4_993)}tok-1234567890`;
  const agent = functionAgent({
    type: 'x',
    run: () => {
      const cause = new Error(text, { cause: text });
      throw ApplicationFailure.create({
        message: text,
        type: 'Overloaded',
        nextRetryDelay: '7s',
        details: [{ text }],
        cause,
      });
    },
  });
  const failure = await failureOf(call({ agents: [agent], request: { input: reference }, deps: allowed }));
  expect(failure).toMatchObject({ type: 'Overloaded', nonRetryable: false, delayMs: 7_000 });
  const all = [failure.message, failure.cause?.stack, failure.cause?.message, JSON.stringify(failure.detail)].join(
    '\n',
  );
  expect(all).toContain('[secret TOKEN]');
  expect(all).not.toContain('tok-');
});
