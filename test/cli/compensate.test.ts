// `baton compensate`: each command is a process and a worker of its own.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { RunResult } from '../../src/domain/run/result.js';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory({ server: true });
const { baton, json, write } = place;

const CONFIG = `
import { appendFileSync, existsSync } from 'node:fs';
const agent = (type, run) => ({ type, kind: 'function', retry: { attempts: 1 }, run });
const note = (text) => appendFileSync('calls.log', text + '\\n');
export default {
  agents: [
    agent('pay', async (input) => input),
    agent('refund', async (_, { idempotencyKey }) => {
      if (!existsSync('mended')) throw new Error('the bank is closed');
      note(idempotencyKey);
    }),
    agent('no', async () => { throw new Error('no'); }),
  ],
};
`;

const shop = {
  name: 'shop',
  tasks: {
    card: {
      plan: { name: 'card', onFailure: 'stop', tasks: { charge: { agent: 'pay', compensate: { agent: 'refund' } } } },
    },
    ship: { agent: 'no', needs: ['card'] },
  },
};

beforeAll(async () => {
  await rm(join(place.directory, 'baton.config.yaml'));
  await write('baton.config.js', CONFIG);
  await write('shop.json', shop);
  await write('fine.json', { name: 'fine', tasks: { a: { agent: 'pay' } } });
});

test('run: the debt of a failed run is printed, with the command that retries it', async () => {
  const { exitCode, stderr } = await baton('run', 'shop.json', '--id', 'shop-1');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('could not be undone: card/charge');
  expect(stderr).toContain('retry it: baton compensate shop-1');
});

test('compensate: exits with 1 while debt remains, with 0 when it is undone, and with 2 if there is no debt', async () => {
  const first = await baton('compensate', 'shop-1');
  expect(first).toMatchObject({ exitCode: 1, stdout: '' });
  expect(first.stderr).toContain('DebtLeft: could not be undone: card/charge');
  expect(first.stderr).toContain('retry it: baton compensate shop-1');
  await write('mended', {});
  const { exitCode, stdout } = await baton('compensate', 'shop-1', '--json');
  expect(exitCode).toBe(0);
  expect(RunResult.parse(JSON.parse(stdout))).toMatchObject({
    runId: 'shop-1:compensate-2',
    status: 'completed',
    compensated: ['card'],
    debt: [],
    compensates: 'shop-1',
  });
  const third = await baton('compensate', 'shop-1');
  expect(third.exitCode).toBe(2);
  expect(third.stderr).toContain('run shop-1 has no debt left: shop-1:compensate-2 has undone it');
});

test('compensate: the status of a run lists the runs that retried its debt, and the reverse', async () => {
  expect(RunResult.parse(await json('status', 'shop-1'))).toMatchObject({
    debt: ['card/charge'],
    compensations: ['shop-1:compensate-1', 'shop-1:compensate-2'],
  });
  expect(RunResult.parse(await json('status', 'shop-1:compensate-1'))).toMatchObject({ compensates: 'shop-1' });
  expect((await baton('status', 'shop-1')).stdout).toMatch(/^retried by: shop-1:compensate-1, shop-1:compensate-2$/m);
  expect((await baton('status', 'shop-1:compensate-2')).stdout).toMatch(/^retries what shop-1 could not undo$/m);
});

test('compensate: a run that does not exist, has no debt, or retries the debt of another is rejected', async () => {
  await baton('run', 'fine.json', '--id', 'fine-1');
  for (const [id, why] of [
    ['nobody', 'there is no run "nobody"'],
    ['fine-1', 'run fine-1 has no debt'],
    ['shop-1:compensate-1', 'is a retry of the debt of run shop-1: compensate that one'],
    ['shop-1/card', 'is a sub-plan of run shop-1: compensate that one'],
  ] as const) {
    const { exitCode, stderr } = await baton('compensate', id);
    expect({ exitCode, why: stderr.includes(why) ? why : stderr }).toEqual({ exitCode: 2, why });
  }
});

test('compensate --detach: a worker of another process executes it, and there must be one', async () => {
  await rm(join(place.directory, 'mended'), { force: true });
  await baton('run', 'shop.json', '--id', 'shop-2');
  const { exitCode, stderr } = await baton('compensate', 'shop-2', '--detach');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--detach: no worker polls the Task Queue');
});
