// What `baton agents` tells of limits and health, and how bad settings of them are refused.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useCliDirectory } from '../support/baton.js';
import { startFixtureHttp, type FixtureHttp } from '../support/fixture-http.js';

const { baton, json, write } = useCliDirectory({ server: true });

let server: FixtureHttp;
beforeAll(async () => {
  server = await startFixtureHttp(({ url }, response) => void response.writeHead(url === '/well' ? 200 : 503).end());
  const node = (code: string) => ['node', '-e', code];
  const agent = (type: string, more: object) => ({ type, kind: 'command', command: ['node', 'agent.js'], ...more });
  await write('checked.config.json', {
    agents: [
      agent('well', { health: { http: `${server.url}/well` }, rateLimit: { limit: 100, per: '1m' } }),
      agent('ill', { health: { http: `${server.url}/ill` } }),
      agent('local', { health: { command: node("require('fs').accessSync('agent.js')") } }),
      agent('late', { health: { command: node('setInterval(() => 0, 1000)'), timeout: '300ms' } }),
      agent('unchecked', {}),
    ],
  });
});
afterAll(() => server.close());

const config = ['--config', 'checked.config.json'];

test('agents --health: all agents are checked, and the exit code is 0 even if a check fails', async () => {
  const { exitCode, stdout } = await baton('agents', '--health', ...config);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^AGENT +KIND +HEALTHY +LATENCY +REASON$/),
    expect.stringMatching(/^well +command +✓ +\d+ ms$/),
    expect.stringMatching(/^ill +command +✗ +\d+ ms +GET http:\S+\/ill answered 503$/),
    expect.stringMatching(/^local +command +✓ +\d+ ms$/),
    expect.stringMatching(/^late +command +✗ +\d+ ms +did not answer within 300ms$/),
    expect.stringMatching(/^unchecked +command +-$/),
  ]);
  expect(await json('agents', '--health', ...config)).toMatchObject({
    agents: [
      { type: 'well', healthy: true, why: null },
      { type: 'ill', healthy: false },
      { type: 'local', healthy: true },
      { type: 'late', healthy: false, why: 'did not answer within 300ms' },
      { type: 'unchecked', healthy: null, latencyMs: null },
    ],
  });
});

test('agents: the guards of an agent are listed', async () => {
  expect((await baton('agents', ...config)).stdout).toMatch(/^well +command +100 per 1m$/m);
  expect(await json('agents', ...config)).toMatchObject({
    agents: [{ rateLimit: { limit: 100, per: '1m' } }, {}, {}, {}, {}],
  });
});

test.each<[string, object, RegExp]>([
  [
    'a limit of tokens',
    { rateLimit: { limit: 5, per: '1s', unit: 'tokens' } },
    /rateLimit\.unit: expected "calls": .*rateLimit of a pool, got "tokens"/,
  ],
  ['a limit of nothing', { rateLimit: { limit: 0, per: '1s' } }, /rateLimit\.limit: expected .*>0, got 0/],
  [
    'a limit of no time',
    { rateLimit: { limit: 1, per: 'second' } },
    /rateLimit\.per: expected a duration .*, got "second"/,
  ],
  ['a check of nothing', { health: { every: '1s' } }, /health: expected exactly one of http, command, run, got none/],
  [
    'a check that is no address',
    { health: { http: 'localhost' } },
    /health\.http: expected a URL that begins with http/,
  ],
])('a configuration with %s is rejected, and the error names the agent', async (_what, more, line) => {
  await write('bad.config.json', { agents: [{ type: 'bad', kind: 'command', command: ['node'], ...more }] });
  const { exitCode, stderr } = await baton('agents', '--health', '--config', 'bad.config.json');
  expect(exitCode).toBe(2);
  expect(stderr.split('\n')).toEqual([expect.stringMatching(/agent "bad": /)]);
  expect(stderr).toMatch(line);
});

test.each<[string[], RegExp]>([
  [['--weight', '2'], /^error: --weight requires --tenant$/],
  [['--tenant', 'a', '--weight', 'much'], /--weight: expected a number, got "much"/],
  [['--tenant', 'a', '--weight', '0'], /tenant\.weight: expected .*, got 0/],
  [['--tenant', ''], /tenant\.name: expected 1 to 64 bytes on one line, got ""/],
  [['--tenant', 'ü'.repeat(33)], /tenant\.name: expected 1 to 64 bytes on one line, got 66 bytes/],
])('run %j is rejected with one sentence', async (args, line) => {
  await write('one.json', { name: 'one', tasks: { a: { agent: 'echo' } } });
  const { exitCode, stderr } = await baton('run', 'one.json', ...args);
  expect({ exitCode, lines: stderr.split('\n').length }).toEqual({ exitCode: 2, lines: 1 });
  expect(stderr).toMatch(line);
});

test('run --tenant: the tenant is shown in the status and in the list of runs', async () => {
  await write('one.json', { name: 'one', tasks: { a: { agent: 'echo' } } });
  const { exitCode } = await baton('run', 'one.json', '--tenant', 'acme', '--weight', '3', '--id', 'of-acme');
  expect(exitCode).toBe(0);
  expect((await baton('status', 'of-acme')).stdout).toContain('tenant: acme');
  expect((await baton('runs')).stdout).toMatch(/^of-acme .* acme$/m);
  expect(await json('rerun', 'of-acme')).toMatchObject({ status: 'completed', tenant: 'acme', forkOf: 'of-acme' });
});
