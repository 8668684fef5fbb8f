import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkHealth } from '../src/activities/health-check.js';
import { loadConfig } from '../src/index.js';

/** A directory with these files. */
async function directoryOf(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'baton-config-')));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return directory;
}

const refused = async (files: Readonly<Record<string, string>>, named?: string): Promise<unknown> => {
  const lines = await refusedWithPlaces(files, named);
  return Array.isArray(lines) ? lines.map((line: string) => line.replace(PLACE, '')) : lines;
};

const PLACE = / \([^()]+:\d+:\d+\)$/;

const refusedWithPlaces = async (files: Readonly<Record<string, string>>, named?: string): Promise<unknown> =>
  loadConfig(await directoryOf(files), named).then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error && 'problems' in error ? error.problems : error),
  );

const ECHO = '{ type: echo, kind: command, command: [node, agent.js] }';

test('loadConfig: undefined for a directory without a configuration', async () => {
  expect(await loadConfig(await directoryOf({}))).toBeUndefined();
});

test.each([
  ['baton.config.yaml', `taskQueue: mine\nagents: [${ECHO}]`],
  ['baton.config.json', '{"taskQueue":"mine","agents":[{"type":"echo","kind":"http","url":"http://127.0.0.1"}]}'],
  [
    'baton.config.mjs',
    "export default { taskQueue: 'mine', agents: [{ type: 'echo', kind: 'command', command: ['x'] }] }",
  ],
  [
    'baton.config.cjs',
    "module.exports = { taskQueue: 'mine', agents: [{ type: 'echo', kind: 'command', command: ['x'] }] }",
  ],
  [
    'baton.config.ts',
    "import { defineConfig, functionAgent } from 'baton-orchestrator';\nconst type: string = 'echo';\nexport default defineConfig({ taskQueue: 'mine', agents: [functionAgent({ type, run: (input) => input })] });",
  ],
])('loadConfig: %s is found and read', async (name, content) => {
  const directory = await directoryOf({ [name]: content });
  expect(await loadConfig(directory)).toMatchObject({
    path: join(directory, name),
    taskQueue: 'mine',
    agents: [{ type: 'echo' }],
  });
});

test('an AgentError of a TypeScript configuration is an instance of the AgentError that callAgent knows', async () => {
  const { AgentError } = await import('../src/index.js');
  const content =
    "import { AgentError, functionAgent } from 'baton-orchestrator';\nexport default { agents: [functionAgent({ type: 'x', run() { throw new AgentError('no'); } })] };";
  const config = await loadConfig(await directoryOf({ 'baton.config.ts': content }));
  const run = config?.agents[0]?.run as (() => Promise<unknown>) | undefined;
  await expect(run?.()).rejects.toBeInstanceOf(AgentError);
});

test('a command without a directory runs in the directory of the configuration', async () => {
  const directory = await directoryOf({
    'sub/c.yaml': 'agents: [{ type: here, kind: command, command: [node, -p, "JSON.stringify(process.cwd())"] }]',
  });
  const config = await loadConfig(directory, 'sub/c.yaml');
  const call = {
    signal: new AbortController().signal,
    attempt: 1,
    idempotencyKey: 'k',
    lastProgress: undefined,
    maxOutputBytes: 1000,
    progress() {},
    usage() {},
    log: { debug() {}, info() {}, warn() {}, error() {} },
    correlation: { run: 'r', plan: 'p', task: 't' },
    secret: () => Promise.resolve(''),
    redactor: {
      add() {},
      redact: (text: string) => text,
      redactCut: (text: string) => text,
      redactStream: (push: (text: string) => void) => ({ push, end() {} }),
    },
  };
  expect(await config?.agents[0]?.run({}, call)).toBe(join(directory, 'sub'));
});

test('the program of a health check without a directory runs in the directory of the configuration', async () => {
  const health = (cwd: string) => `{ command: [node, well.mjs]${cwd} }`;
  const resources = `[{ id: a, capacity: 1, health: ${health('')} }, { id: b, capacity: 1, health: ${health(', cwd: deep')} }]`;
  const directory = await directoryOf({
    'sub/c.yaml': `agents: [{ type: x, kind: command, command: [x], health: ${health('')} }]\npools: [{ name: p, resources: ${resources} }]`,
    'sub/well.mjs': '',
    'sub/deep/well.mjs': '',
  });
  const config = await loadConfig(directory, 'sub/c.yaml');
  const checks = [...config!.agents, ...config!.pools[0]!.resources].map(({ health: check }) => check!);
  expect(checks.map(({ cwd }) => cwd)).toEqual(['sub', 'sub', 'sub/deep'].map((path) => join(directory, path)));
  const found = await Promise.all(checks.map((check) => checkHealth(check)));
  expect(found.map(({ isHealthy }) => isHealthy)).toEqual([true, true, true]);
});

test('plans are read from files relative to the configuration', async () => {
  const directory = await directoryOf({
    'baton.config.yaml': 'agents: []\nplans: { sub: plans/sub.yaml, inline: { name: i, tasks: {} } }',
    'plans/sub.yaml': 'name: sub\ntasks: { a: { wait: 1s } }',
  });
  const config = await loadConfig(directory);
  expect(Object.fromEntries(config?.plans ?? [])).toMatchObject({ sub: { name: 'sub' }, inline: { name: 'i' } });
});

test('a configuration that does not exist, is a directory, or has another ending is rejected', async () => {
  expect(await refused({}, 'nope.ts')).toEqual(['nope.ts: expected a configuration file, found nothing there']);
  expect(await refused({ 'sub/x': '' }, 'sub')).toEqual(['sub: expected a configuration file, got a directory']);
  expect(await refused({ 'c.toml': '' }, 'c.toml')).toEqual([
    'c.toml: expected a file that ends in .ts, .mts, .js, .mjs, .cjs, .yaml, .yml, .json, got "toml"',
  ]);
});

test('two configurations in one directory are rejected', async () => {
  expect(await refused({ 'baton.config.js': '', 'baton.config.yaml': '' })).toEqual([
    'baton.config.js, baton.config.yaml: expected one configuration here; name one with --config',
  ]);
});

test.each([
  ['baton.config.yaml', 'agents: [', /^baton\.config\.yaml:1:10: /],
  ['baton.config.ts', 'export default {\n agents: [,,\n', /^baton\.config\.ts:3:\d+: Unexpected token$/],
])('a syntax error in %s is reported with its line', async (name, content, line) => {
  expect(await refused({ [name]: content })).toEqual([expect.stringMatching(line)]);
});

test.each([
  ['baton.config.mjs', "\nthrow new Error('no\\nkey')", 'baton.config.mjs:2: no'],
  ['baton.config.ts', "\nthrow new Error('no\\nkey')", 'baton.config.ts:2: no'],
  [
    'baton.config.ts',
    "import x from './missing.js';\nexport default x",
    "baton.config.ts:1: Cannot find module './missing.js'",
  ],
  [
    'baton.config.mjs',
    'export const agents = []',
    'baton.config.mjs: expected a default export, such as defineConfig({ agents: [] })',
  ],
  ...['ts', 'mjs'].map((ending) => [
    `baton.config.${ending}`,
    'export default defineConfig({ agents: [] });',
    `baton.config.${ending}:1: defineConfig is not defined; add: import { defineConfig } from 'baton-orchestrator'`,
  ]),
  ['baton.config.mjs', 'export default other;', 'baton.config.mjs:1: other is not defined'],
  ['baton.config.yaml', '', 'baton.config.yaml: expected a configuration, got an empty file'],
] as [string, string, string][])('an error while loading %s is one line: %s', async (name, content, line) => {
  expect(await refused({ [name]: content })).toEqual([line]);
});

test('a duplicate key and YAML that is nested too deeply are rejected', async () => {
  expect(await refused({ 'baton.config.yaml': 'agents: []\nagents: []\n' })).toEqual([
    'baton.config.yaml:2:1: expected each key once, got "agents" again',
  ]);
  expect(await refused({ 'baton.config.yaml': `agents: ${'['.repeat(5_000)}` })).toEqual([
    'baton.config.yaml: expected fewer levels of nesting',
  ]);
});

test.each([
  [
    'storage: { s3: { bukket: x } }',
    ['storage.s3.bucket: expected string, got nothing', 'storage.s3: unknown key "bukket"; did you mean "bucket"?'],
  ],
  ['storage: { dir: 5 }', ['storage.dir: expected string, got 5']],
  ['storage: s3', ['storage: expected false or object, got "s3"']],
  ['server: { host: x }', ['server: unknown key "host"; known here: address, namespace']],
])('a mistake within a part is reported at its place, with what is expected there: %s', async (part, lines) => {
  expect(await refused({ 'baton.config.yaml': `${part}\nagents: [${ECHO}]` })).toEqual(
    lines.map((line) => `baton.config.yaml: ${line}`),
  );
});

test.each([
  ['baton.config.yaml', `$schema: https://example.com/baton.json\nagents: [${ECHO}]`],
  ['baton.config.json', '{ "$schema": "./schema.json", "agents": [] }'],
])('a configuration may name its schema for editors: %s', async (name, content) => {
  expect(await loadConfig(await directoryOf({ [name]: content }))).not.toHaveProperty('$schema');
  expect(await refused({ [name]: content.replace(/: "?[h.][^\n",]*"?/, ': 5') })).toEqual([
    `${name}: $schema: expected string, got 5`,
  ]);
});

test('every problem is reported, with the most similar key', async () => {
  const content = `agent: []\nserver: { adress: x }\ntaskQueue: 5\nagents: [${ECHO}]`;
  expect(await refused({ 'baton.config.yaml': content })).toEqual([
    'baton.config.yaml: taskQueue: expected string, got 5',
    'baton.config.yaml: server: unknown key "adress"; did you mean "address"?',
    'baton.config.yaml: unknown key "agent"; did you mean "agents"?',
  ]);
});

test.each([
  ['agents: { echo: { kind: command } }', 'agents: expected array, got {"echo":{"kind":"command"}}'],
  ['agents: []\npools: { p: { resources: [] } }', 'pools: expected array, got {"p":{"resources":[]}}'],
  ['agents: []\nbrokers: { b: { kind: redis } }', 'brokers: expected array, got {"b":{"kind":"redis"}}'],
])('names where a list is expected: %s', async (content, line) => {
  expect(await refused({ 'baton.config.yaml': content })).toEqual([
    `baton.config.yaml: ${line}; a list has its entries in [ ], or each after a "-"`,
  ]);
});

test('an entry that is not an agent is rejected by its index, and a type may occur once', async () => {
  expect(await refused({ 'baton.config.yaml': 'agents: [5, { type: a, kind: comand }]' })).toEqual([
    'baton.config.yaml: agents[0]: expected an agent, got 5',
    expect.stringMatching(
      /^baton\.config\.yaml: agents\[1\]: agent "a": kind: expected ("[a-z-]+", )+"[a-z-]+" or "[a-z-]+", got "comand"; did you mean "command"\?$/,
    ),
  ]);
  expect(await refused({ 'baton.config.yaml': `agents: [${ECHO}, ${ECHO}]` })).toEqual([
    'baton.config.yaml: agent "echo": expected one agent of a type, got agents[0] (command) and agents[1] (command)',
  ]);
});

test('the health check of a resource runs in the directory of the configuration', async () => {
  const directory = await directoryOf({
    'sub/c.yaml': 'agents: []\npools: [{ name: p, resources: [{ id: a, capacity: 1, health: { command: [node] } }] }]',
  });
  const { pools } = (await loadConfig(directory, 'sub/c.yaml'))!;
  expect(pools[0]!.resources[0]!.health!.cwd).toBe(join(directory, 'sub'));
});

const POOLED = '{ type: echo, kind: command, command: [node], pool: POOL }';
const withPools = (pools: string, pool = 'p') => ({
  'baton.config.yaml': `agents: [${POOLED.replace('POOL', pool)}]\npools: ${pools}`,
});
const RESOURCE = '{ id: a, capacity: 1 }';

test('pools are read with their agents', async () => {
  const health = "{ http: 'http://127.0.0.1:8080/healthz', every: 5s }";
  const files = withPools(
    `[{ name: p, resources: [{ id: a, capacity: 2, weight: 3, health: ${health} }], strategy: weighted }]`,
  );
  expect(await loadConfig(await directoryOf(files))).toMatchObject({
    pools: [{ name: 'p', resources: [{ id: 'a', capacity: 2, weight: 3 }] }],
  });
});

test.each([
  [
    '[{ name: p, resources: [{ id: a, capacity: 0 }] }]',
    'pool "p": resources[0].capacity: expected number to be >=1, got 0',
  ],
  ['[{ name: p, resources: [] }]', 'pool "p": resources: expected array to have >=1 items, got []'],
  [
    `[{ name: p, resources: [${RESOURCE}], strategy: weightd }]`,
    'pool "p": strategy: expected one of "least-loaded"|"power-of-two"|"random"|"round-robin"|"sticky"|"weighted", got "weightd"',
  ],
  [
    `[{ name: p, resources: [${RESOURCE}, ${RESOURCE}] }]`,
    'pool "p": resources[1].id: expected an id that no other resource has, got "a" again',
  ],
  [`[{ name: p, resources: [${RESOURCE}], ttl: 100ms }]`, 'pool "p": ttl: expected at least 1s, got "100ms"'],
  [
    `[{ name: p, resources: [${RESOURCE}], rateLimit: { limit: 0, per: 1m, unit: tokens } }]`,
    'pool "p": rateLimit.limit: expected number to be >0, got 0',
  ],
  [
    `[{ name: p, resources: [{ id: a, capacity: 1, wieght: 2 }] }]`,
    'pool "p": resources[0]: unknown key "wieght"; did you mean "weight"?',
  ],
  [
    `[{ name: p, resources: [${RESOURCE}] }, { name: p, resources: [${RESOURCE}] }]`,
    'pool "p": expected a name that no other pool has, got it twice',
  ],
  ['[5]', 'pools[0]: expected object, got 5'],
  [
    `[{ name: q, resources: [${RESOURCE}] }]`,
    'agent "echo": pool: expected the name of a pool (there is "q"), got "p"',
  ],
  [
    `[{ name: p, resources: [${RESOURCE}], strategy: sticky }]`,
    'agent "echo": pool: expected a key, such as { name: p, key: "{% $input.customer %}" } (pool "p" is sticky), got none',
  ],
])('invalid pools are rejected: %s', async (pools, line) => {
  expect(await refused(withPools(pools))).toEqual([`baton.config.yaml: ${line}`]);
});

test.each([
  ['{ name: p, key: customer }', 'expected an expression, such as "{% $input.customer %}", got "customer"'],
  ["{ name: p, key: '{% $tasks.a.output %}' }", 'expected expressions over $input, got "$tasks"'],
])('a key that does not depend on the call is rejected: %s', async (pool, line) => {
  const pools = `[{ name: p, resources: [${RESOURCE}], strategy: sticky }]`;
  expect(await refused(withPools(pools, pool))).toEqual([expect.stringContaining(line)]);
});

test('secrets: a directory is relative to the configuration, and a secret of an agent must be allowed', async () => {
  const agent = '{ type: x, kind: http, url: "http://a.example", headers: { k: { $secret: KEY } } }';
  const directory = await directoryOf({
    'sub/good.yaml': `agents: [${agent}]\nsecrets: { allow: [KEY], from: ./keys }`,
    'sub/bad.yaml': `agents: [${agent}]`,
    'sub/typo.yaml': 'agents: []\nsecrets: { allow: [KEY], form: env }',
  });
  expect((await loadConfig(directory, 'sub/good.yaml'))?.secrets).toEqual({
    allow: ['KEY'],
    from: join(directory, 'sub/keys'),
  });
  await expect(loadConfig(directory, 'sub/bad.yaml')).rejects.toThrow(
    'sub/bad.yaml: agent "x": header "k": secret "KEY": this worker allows no secrets; add "KEY" to secrets.allow of the configuration, and restart the worker',
  );
  await expect(loadConfig(directory, 'sub/typo.yaml')).rejects.toThrow(
    'sub/typo.yaml: secrets: unknown key "form"; did you mean "from"?',
  );
});

test('problems of a configuration that is data have their line and column', async () => {
  const yaml = `# agents of the shop
taskQueue: 5
server:
  adress: x
agents:
  - ${ECHO}
  - type: other
    kind: comand
pools:
  - name: p
    resources: [{ id: a, capacity: 0 }]
agent: []
`;
  expect(await refusedWithPlaces({ 'baton.config.yaml': yaml })).toEqual([
    'baton.config.yaml: taskQueue: expected string, got 5 (baton.config.yaml:2:12)',
    'baton.config.yaml: server: unknown key "adress"; did you mean "address"? (baton.config.yaml:4:11)',
    'baton.config.yaml: unknown key "agent"; did you mean "agents"? (baton.config.yaml:12:8)',
  ]);
  const valid = yaml.replace('5', 'q').replace('adress', 'address').replace('agent: []\n', '');
  expect(await refusedWithPlaces({ 'baton.config.yaml': valid })).toEqual([
    expect.stringMatching(/did you mean "command"\? \(baton\.config\.yaml:8:11\)$/),
  ]);
  expect(await refusedWithPlaces({ 'baton.config.yaml': valid.replace('kind: comand', 'kind: command') })).toEqual([
    expect.stringMatching(/^baton\.config\.yaml: agents\[1\]: .* \(baton\.config\.yaml:7:5\)$/),
  ]);
  const command = valid.replace('kind: comand', 'kind: command\n    command: [node]');
  expect(await refusedWithPlaces({ 'baton.config.yaml': command })).toEqual([
    expect.stringMatching(
      /^baton\.config\.yaml: pool "p": resources\[0\]\.capacity: .* \(baton\.config\.yaml:12:36\)$/,
    ),
  ]);
  expect(await refusedWithPlaces({ 'baton.config.json': '{\n  "taskQueue": 5,\n  "agents": []\n}' })).toEqual([
    'baton.config.json: taskQueue: expected string, got 5 (baton.config.json:2:16)',
  ]);
});
