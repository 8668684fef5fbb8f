// Large outputs by reference, on a real server with real workers: runs pass them on without reading them, and every reader gets values.
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sweepValues } from '../../src/client/sweep-values.js';
import { BYTES, reads, text, undone, useReferences, valuesIn } from './references-set-up.js';

const { workers, setUp } = useReferences();

test.for([{ isEncrypted: false }, { isEncrypted: true }])(
  'references: a run passes outputs on in every form without reading them; encrypted: $isEncrypted',
  async ({ isEncrypted }) => {
    const { dir, baton } = await setUp({ isEncrypted });
    const run = await baton.start({
      name: 'pass',
      tasks: {
        a: { agent: 'make', input: 'a' },
        b: { agent: 'echo', input: '{% $tasks.a.output %}' },
        c: { agent: 'echo', needs: ['b'], input: '{% $needs %}' },
        d: {
          agent: 'echo',
          input: { in: ['{% $tasks.a.output %}', 'baton:value:0:x'], of: '{% $tasks.c.output.b %}' },
        },
        each: {
          forEach: { items: ['p', 'q'] },
          agent: 'make',
          input: '{% $item %}',
        },
        again: { forEach: { items: '{% $tasks.each.output %}' }, agent: 'echo', input: '{% $item %}' },
        sub: {
          plan: {
            name: 'inner',
            tasks: { s: { agent: 'echo', input: '{% $input %}' } },
            output: '{% $tasks.s.output %}',
          },
          input: '{% $tasks.a.output %}',
        },
        last: { agent: 'echo', input: '{% $tasks.sub.output %}' },
      },
      output: { all: '{% $tasks.again.output %}', last: '{% $tasks.last.output %}' },
    });
    const { status, output, tasks } = await run.result();
    expect(status).toBe('completed');
    expect(output).toEqual({ all: [text('p'), text('q')], last: text('a') });
    expect(tasks['b']!.output).toBe(text('a'));
    expect(tasks['c']!.output).toEqual({ b: text('a') });
    expect(tasks['d']!.output).toEqual({ in: [text('a'), 'baton:value:0:x'], of: text('a') });
    expect((await run.snapshot()).tasks['again']!.output).toEqual([text('p'), text('q')]);
    // One for `$tasks.c.output.b`, which looks into an output.
    expect(await reads(baton, run.id)).toBe(1);
    // The outputs of a, of c and d, which contain that of a, and of two items; and the input of d, with what has been read.
    expect(await valuesIn(dir)).toHaveLength(6);
  },
);

test('references: expressions that look inside get the value, which is read once', async () => {
  const { baton } = await setUp();
  const run = await baton.start({
    name: 'look',
    tasks: {
      a: { agent: 'rows', input: 2 },
      each: {
        needs: ['a'],
        forEach: { items: '{% $tasks.a.output.rows %}' },
        when: '{% $length($tasks.a.output.rows[1].data) > 5 %}',
        agent: 'echo',
        input: '{% $item.id + $length($tasks.a.output.rows[$index].data) %}',
      },
      b: { agent: 'echo', input: '{% $count($needs.a.rows) %}', needs: ['a'] },
      truthy: { agent: 'echo', input: 'yes', when: '{% $tasks.a.output %}' },
    },
    output: '{% [$tasks.each.output, $tasks.b.output, $tasks.truthy.output] %}',
  });
  expect(await run.result()).toMatchObject({
    status: 'completed',
    output: [BYTES, BYTES + 1, 2, 'yes'],
  });
  expect(await reads(baton, run.id)).toBe(1);
});

test('references: a run whose output looks into a value that is lost fails, and undoes its work', async () => {
  const { dir, baton, worker, settings, taskQueue } = await setUp();
  undone.length = 0;
  const run = await baton.start({
    name: 'lost',
    onFailure: 'compensate',
    tasks: {
      a: { agent: 'make', input: 'l', compensate: { agent: 'undo', input: 'a' } },
      go: { event: 'go', needs: ['a'] },
    },
    output: '{% $length($tasks.a.output) %}',
  });
  await expect.poll(async () => (await run.snapshot()).tasks['go']?.status, { timeout: 30_000 }).toBe('running');
  // Another worker, which has nothing in memory.
  await worker.stop();
  for (const name of await valuesIn(dir)) await rm(join(dir, name));
  await workers.start({ ...settings, taskQueues: [taskQueue] });
  await run.deliverEvent('go', {});
  await expect.poll(async () => (await run.describe()).status.name, { timeout: 30_000 }).toBe('FAILED');
  expect(undone).toEqual(['a']);
});

test('references: a compensation gets the output that it undoes, and a vote compares values', async () => {
  const { baton } = await setUp();
  undone.length = 0;
  const run = await baton.start({
    name: 'undo',
    onFailure: 'compensate',
    tasks: {
      a: { agent: 'make', input: 'u', compensate: { agent: 'undo', input: '{% $output %}' } },
      b: { agent: 'make', input: 'u', compensate: { agent: 'undo', input: '{% $length($output) %}' } },
      v: { vote: { agents: ['make', 'make2'], quorum: 2 }, input: 'v' },
      z: { agent: 'fail', needs: ['a', 'b', 'v'] },
    },
  });
  expect(await run.result()).toMatchObject({
    status: 'failed',
    compensated: expect.arrayContaining(['a', 'b']) as string[],
  });
  expect(undone).toHaveLength(2);
  expect(undone).toEqual(expect.arrayContaining([text('u'), BYTES]));
});

test('references: a fork reuses an answer whose input and output were references', async () => {
  const { baton } = await setUp();
  const plan = {
    name: 'fork',
    tasks: { a: { agent: 'make', input: 'f' }, b: { agent: 'echo', input: '{% $tasks.a.output %}' } },
    output: '{% $length($tasks.b.output) %}',
  };
  const run = await baton.start(plan);
  await run.result();
  const fork = await baton.start(plan, { forkOf: { run: run.id } });
  const { output, tasks } = await fork.result();
  expect(output).toBe(BYTES);
  expect([tasks['a']!.reused, tasks['b']!.reused]).toEqual([run.id, run.id]);
});

test('references: a sweep keeps what only references need, also within values that are stored themselves', async () => {
  const { dir, baton } = await setUp({ isEncrypted: true });
  const items = 200;
  const run = await baton.start({
    name: 'many',
    tasks: {
      each: { forEach: { items: `{% [1..${items}].$string() %}` }, agent: 'make', input: '{% $item %}' },
      all: { agent: 'echo', input: { few: '{% $tasks.each.output[0] %}' } },
    },
  });
  expect(await run.result()).toMatchObject({ status: 'completed' });
  const before = await valuesIn(dir);
  const long = new Date(Date.now() - 1e9);
  for (const name of before) await utimes(join(dir, name), long, long);
  await sweepValues(baton.client, { graceMs: 0 });
  expect(await valuesIn(dir)).toHaveLength(before.length);
  expect((await run.result()).tasks['each']!.output).toHaveLength(items);
});
