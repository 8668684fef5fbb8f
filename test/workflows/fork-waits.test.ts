// Waits for people, events and times in a fork: what they came to in the old run holds as long as nothing has changed before them.
import { expect, test } from 'vitest';
import type { Plan } from '../../src/domain/plan/plan.js';
import { useDevServer, type TestRun } from '../support/temporal.js';

const temporal = useDevServer();

const plan: Plan = {
  name: 'signed',
  tasks: {
    draft: { agent: 'echo', input: '{% $input.text %}' },
    list: { agent: 'echo', forEach: { items: '{% $input.list %}' }, input: '{% $item %}' },
    never: { agent: 'echo', when: '{% $input.text = "never" %}' },
    nap: { wait: '10ms', needs: ['draft'] },
    ok: { approve: { title: 'Publish?' }, needs: ['draft', 'nap', 'never', 'list'], join: 'none-failed' },
    go: { event: 'go', needs: ['draft'] },
    publish: { agent: 'echo', input: '{% [$tasks.ok.output.by, $tasks.go.output] %}' },
  },
  output: '{% $tasks.publish.output %}',
};
const input = { text: 'a', list: [] };

async function answered(run: TestRun, by: string): Promise<TestRun> {
  await run.run.deliverEvent('go', by);
  await expect.poll(async () => (await run.run.snapshot()).tasks['ok']!.status).toBe('running');
  await run.run.approve('ok', { by });
  await run.result();
  return run;
}

const reusedBy = (tasks: Record<string, { reused?: string | undefined }>): string[] =>
  Object.keys(tasks).filter((id) => tasks[id]!.reused !== undefined);

test('a fork reuses approvals, events and waits if nothing has changed', async () => {
  const old = await answered(await temporal.start(plan, { input }), 'ann');
  const fork = await temporal.start(plan, { input, forkOf: { run: old.id } });
  const result = await fork.result();
  expect(result.output).toEqual(['ann', 'ann']);
  expect(reusedBy(result.tasks)).toEqual(['draft', 'nap', 'ok', 'go', 'publish']);
  expect(result.tasks['nap']!.output).toEqual((await old.result()).tasks['nap']!.output);
  const again = await temporal.start(plan, { input, forkOf: { run: fork.id } });
  expect((await again.result()).output).toEqual(['ann', 'ann']);
});

test('an approval is requested again if the input has changed', async () => {
  const old = await answered(await temporal.start(plan, { input }), 'ann');
  const fork = await temporal.start(plan, { input: { ...input, more: true }, forkOf: { run: old.id } });
  const result = await (await answered(fork, 'ben')).result();
  expect(result.output).toEqual(['ben', 'ben']);
  expect(reusedBy(result.tasks)).toEqual(['draft']);
});

test('an approval is requested again if its text has changed, and independent tasks are reused', async () => {
  const old = await answered(await temporal.start(plan, { input }), 'ann');
  const changed = { ...plan, tasks: { ...plan.tasks, ok: { ...plan.tasks['ok']!, approve: { title: 'Really?' } } } };
  const fork = await temporal.start(changed, { input, forkOf: { run: old.id } });
  await expect.poll(async () => (await fork.run.snapshot()).tasks['ok']!.status).toBe('running');
  await fork.run.approve('ok', { by: 'ben' });
  expect((await fork.result()).output).toEqual(['ben', 'ann']);
});

test('an approval is requested again if a task before it ran again', async () => {
  const old = await answered(await temporal.start(plan, { input }), 'ann');
  const changed = { ...plan, tasks: { ...plan.tasks, draft: { agent: 'echo', input: '{% $input.text & "!" %}' } } };
  const fork = await temporal.start(changed, { input, forkOf: { run: old.id } });
  expect((await (await answered(fork, 'ben')).result()).output).toEqual(['ben', 'ben']);
  const anew = await temporal.start(plan, { input, forkOf: { run: old.id, from: ['ok'] } });
  await expect.poll(async () => (await anew.run.snapshot()).tasks['ok']!.status).toBe('running');
  await anew.run.approve('ok', { by: 'cy' });
  expect((await anew.result()).output).toEqual(['cy', 'ann']);
});

test('an approval is requested again if a need is skipped that was not skipped before', async () => {
  const old = await answered(await temporal.start(plan, { input: { ...input, text: 'never' } }), 'ann');
  const changed = { ...plan, tasks: { ...plan.tasks, never: { ...plan.tasks['never']!, when: false } } };
  const fork = await temporal.start(changed, { input: { ...input, text: 'never' }, forkOf: { run: old.id } });
  await expect.poll(async () => (await fork.run.snapshot()).tasks['ok']!.status).toBe('running');
  await fork.run.approve('ok', { by: 'ben' });
  expect((await fork.result()).output).toEqual(['ben', 'ann']);
});

test('approvals in sub-plans are reused, each for its own item', async () => {
  const outer: Plan = {
    name: 'each-signed',
    tasks: {
      each: {
        plan: { name: 'one', tasks: { ok: { approve: { title: 'ok?' } } }, output: '{% $tasks.ok.output.by %}' },
        forEach: { items: '{% $input %}' },
        input: { of: '{% $item %}' },
      },
    },
    output: '{% $tasks.each.output %}',
  };
  const sign = async (run: TestRun, index: number, by: string): Promise<void> => {
    const child = temporal.env.client.workflow.getHandle(`${run.id}/each[${index}]`);
    const args: [unknown] = [{ task: 'ok', decision: 'approve', by }];
    const approve = () => child.executeUpdate<void, [unknown]>('approve', { args }).then(() => true);
    await expect.poll(() => approve().catch(() => false)).toBe(true);
  };
  const old = await temporal.start(outer, { input: ['a', 'b'] });
  await sign(old, 0, 'ann');
  await sign(old, 1, 'ben');
  await old.result();
  const fork = await temporal.start(outer, { input: ['new', 'b', 'a'], forkOf: { run: old.id } });
  await sign(fork, 0, 'cy');
  expect((await fork.result()).output).toEqual(['cy', 'ben', 'ann']);
});

test('approvals of a run in progress are reused by its fork', async () => {
  const open: Plan = { ...plan, tasks: { ...plan.tasks, later: { event: 'later', needs: ['publish'] } } };
  const old = await temporal.start(open, { input });
  await old.run.deliverEvent('go', 'ann');
  await expect.poll(async () => (await old.run.snapshot()).tasks['ok']!.status).toBe('running');
  await old.run.approve('ok', { by: 'ann' });
  await expect.poll(async () => (await old.run.snapshot()).tasks['later']!.status).toBe('running');
  const fork = await temporal.start(open, { input, forkOf: { run: old.id } });
  await expect.poll(async () => (await fork.run.snapshot()).tasks['later']!.status).toBe('running');
  await Promise.all([old, fork].map(({ run }) => run.deliverEvent('later', 'end')));
  expect((await fork.result()).output).toEqual(['ann', 'ann']);
  await old.result();
});
