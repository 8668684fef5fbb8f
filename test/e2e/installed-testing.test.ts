// The packed package in projects that test their plans: with Jest in ES modules and in CommonJS, with Vitest, and with the runner of Node.js.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackage, type Installed } from '../support/installed.js';

let installed: Installed;
beforeAll(async () => {
  installed = await installPackage(['@temporalio/testing', 'jest@30', 'vitest@4', 'zod@4']);
}, 600_000);
afterAll(() => installed.remove());

const NAMES = '{ functionAgent } = await import("baton-orchestrator")';
const TESTING =
  '{ assertCalled, assertNeverCalled, runMatchers, testBaton } = await import("baton-orchestrator/testing")';

const SET_UP = `
let server;
let agents;
const plan = { name: 'order', tasks: { a: { agent: 'charge', input: { cents: 5 } } }, output: '{% $tasks.a.output %}' };
async function setUp() {
  const ${NAMES};
  agents = [functionAgent({ type: 'charge', input: z.object({ cents: z.number() }), run: ({ cents }) => 'paid ' + cents })];
  const ${TESTING};
  server = await testBaton({ agents });
  return { assertCalled, assertNeverCalled, runMatchers };
}
`;

/** For the runners with \`expect\`. */
const WITH_MATCHERS = `
beforeAll(async () => void expect.extend((await setUp()).runMatchers), 120_000);
afterAll(() => server.close());
test('the order is paid once', async () => {
  const result = await server.run(plan, {});
  expect(result).toMatchObject({ status: 'completed', output: 'paid 5' });
  expect(result).toHaveCalled('charge', { times: 1, input: { cents: 5 } });
  expect(() => expect(result).toHaveNeverCalled('charge')).toThrow('expected no call of the agent "charge"');
}, 120_000);
`;

const NODE_TEST = `
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
${SET_UP}
let checks;
before(async () => void (checks = await setUp()));
after(() => server.close());
test('the order is paid once', async () => {
  const result = await server.run(plan, {});
  assert.equal(result.output, 'paid 5');
  checks.assertCalled(result, 'charge', { times: 1, input: { cents: 5 } });
  assert.throws(() => checks.assertNeverCalled(result, 'charge'), /expected no call of the agent "charge"/);
});
`;

const JEST = { program: 'jest/bin/jest.js', args: ['--rootDir', '.'], options: '--experimental-vm-modules' };

test.each([
  {
    name: 'Jest in ES modules',
    ...JEST,
    file: 'order.test.mjs',
    args: [...JEST.args, '--testMatch', '**/*.test.mjs'],
    text: `import { z } from 'zod';${SET_UP}${WITH_MATCHERS}`,
    passes: 'Tests:       1 passed, 1 total',
  },
  {
    name: 'Jest in CommonJS',
    ...JEST,
    file: 'order.test.cjs',
    args: [...JEST.args, '--testMatch', '**/*.test.cjs'],
    text: `const { z } = require('zod');${SET_UP}${WITH_MATCHERS}`,
    passes: 'Tests:       1 passed, 1 total',
  },
  {
    name: 'Vitest',
    program: 'vitest/vitest.mjs',
    args: ['run', '--root', '.'],
    file: 'order.test.mjs',
    text: `import { afterAll, beforeAll, expect, test } from 'vitest';import { z } from 'zod';${SET_UP}${WITH_MATCHERS}`,
    passes: 'Tests  1 passed (1)',
  },
  {
    name: 'the test runner of Node.js',
    program: undefined,
    args: ['--test'],
    file: 'order.test.mjs',
    text: NODE_TEST,
    passes: 'pass 1',
  },
])(
  'a plan is tested with $name',
  async ({ name, program, args, file, text, passes, ...given }) => {
    const { directory, env } = installed;
    const cwd = join(directory, name.replaceAll(/\W/g, '-'));
    await mkdir(cwd);
    await writeFile(join(cwd, 'package.json'), '{ "private": true }');
    await writeFile(join(cwd, file), text);
    const script = program === undefined ? [] : [join(directory, 'node_modules', program)];
    const options = 'options' in given ? { NODE_OPTIONS: given.options } : {};
    const { all, exitCode } = await execa(process.execPath, [...script, ...args], {
      cwd,
      env: { ...env, ...options },
      extendEnv: false,
      reject: false,
      all: true,
    });
    expect({ all, exitCode }).toEqual({ all: expect.stringContaining(passes) as string, exitCode: 0 });
  },
  300_000,
);
