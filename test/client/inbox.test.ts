// What waits for people, over all runs of a real server.
import { expect, test } from 'vitest';
import { Baton } from '../../src/client.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { useDevServer } from '../support/temporal.js';

const temporal = useDevServer({ searchable: true });
const client = (): Baton => Baton.fromClient(temporal.env.client, { agents: [], plans: new Map() });

const signOff = (more: object = {}): Plan['tasks'] => ({
  draft: { agent: 'echo', input: { pages: 3 } },
  signOff: {
    approve: {
      title: "{% 'Publish ' & $tasks.draft.output.pages & ' pages?' %}",
      description: 'All of them.',
      ...more,
    },
  },
});

test('approvals: title, description, data, since when and until when, the oldest first; an answered one is gone', async () => {
  const plan = { name: 'inbox', tasks: signOff({ timeout: '3d', onTimeout: 'approve' }) };
  const first = await temporal.start(plan, { id: 'inbox-1' });
  await expect.poll(() => client().approvals({ plan: 'inbox' })).toHaveLength(1);
  const second = await temporal.start(plan, { id: 'inbox-2' });
  await expect.poll(() => client().approvals({ plan: 'inbox' })).toHaveLength(2);
  const [one, two] = await client().approvals({ plan: 'inbox' });
  expect([one?.runId, two?.runId]).toEqual(['inbox-1', 'inbox-2']);
  expect(one).toMatchObject({
    kind: 'approval',
    plan: 'inbox',
    task: 'signOff',
    title: 'Publish 3 pages?',
    description: 'All of them.',
    data: { draft: { pages: 3 } },
    onTimeout: 'approve',
    command: 'baton approve inbox-1 signOff',
  });
  expect(Date.parse(one!.until!) - Date.parse(one!.since!)).toBe(3 * 86_400_000);
  await first.run.approve('signOff');
  await first.result();
  await expect
    .poll(async () => (await client().approvals({ plan: 'inbox' })).map(({ runId }) => runId))
    .toEqual(['inbox-2']);
  await second.run.approve('signOff', { reject: true });
  await second.result();
});

test('inbox: a sub-plan that waits names its run and the one it belongs to, and takes the answer', async () => {
  const plan: Plan = { name: 'above', tasks: { sub: { plan: { name: 'below', tasks: signOff() } } } };
  const { run, result } = await temporal.start(plan, { id: 'inbox-sub' });
  await expect.poll(() => client().approvals({ plan: 'above' })).toHaveLength(1);
  const [item] = await client().approvals({ plan: 'above' });
  expect(item).toMatchObject({
    runId: 'inbox-sub/sub',
    root: 'inbox-sub',
    command: 'baton approve inbox-sub/sub signOff',
  });
  expect(item).not.toHaveProperty('until');
  await client().run(item!.runId).approve('signOff');
  expect(await result()).toMatchObject({ status: 'completed', runId: run.id });
});

test('inbox: events are listed if they are requested, and a budget that is too small always', async () => {
  const event = { name: 'inbox-event', tasks: { paid: { event: { name: 'paid', timeout: '1h' } } } };
  const waiting = await temporal.start(event, { id: 'inbox-event' });
  const kinds = ['approval', 'plan', 'event', 'budget'] as const;
  await expect
    .poll(async () => (await client().inbox({ plan: 'inbox-event', kinds })).items)
    .toMatchObject([{ kind: 'event', title: 'paid', task: 'paid', command: 'baton event inbox-event paid' }]);
  expect((await client().inbox({ plan: 'inbox-event' })).items).toEqual([]);
  await waiting.run.cancel();
  await waiting.result();
  const short: Plan = {
    name: 'inbox-short',
    budget: { calls: 1 },
    tasks: { a: { agent: 'echo' }, b: { agent: 'echo', needs: ['a'] } },
  };
  const paused = await temporal.start(short, { id: 'inbox-short' });
  await expect
    .poll(async () => (await client().inbox({ plan: 'inbox-short' })).items)
    .toMatchObject([{ kind: 'budget', runId: 'inbox-short', command: 'baton budget inbox-short --add JSON' }]);
  await paused.run.cancel();
  await paused.result();
});

test('inbox: an output that is too large to read is named, not shown', async () => {
  const plan: Plan = {
    name: 'inbox-large',
    tasks: {
      draft: { agent: 'echo', input: 'x'.repeat(100_000) },
      signOff: { approve: { title: 'Go?' }, needs: ['draft'] },
    },
  };
  const { run, result } = await temporal.start(plan, { id: 'inbox-large' });
  await expect.poll(() => client().approvals({ plan: 'inbox-large' })).toMatchObject([{ omitted: ['draft'] }]);
  expect((await client().approvals({ plan: 'inbox-large' }))[0]).not.toHaveProperty('data');
  await run.approve('signOff');
  await result();
});

test('inbox: of more runs than the limit those that started first are read, and a wrong limit is refused', async () => {
  const plan: Plan = { name: 'inbox-many', tasks: { go: { approve: { title: 'Go?' } } } };
  const first = await temporal.start(plan, { id: 'inbox-many-0' });
  const others = await Promise.all(
    Array.from({ length: 29 }, (_, at) => temporal.start(plan, { id: `inbox-many-${at + 1}` })),
  );
  const runs = [first, ...others];
  await expect
    .poll(async () => (await client().inbox({ plan: 'inbox-many' })).items.length, { timeout: 30_000 })
    .toBe(30);
  const some = await client().inbox({ plan: 'inbox-many', limit: 7 });
  expect([some.items.length, some.isMore]).toEqual([7, true]);
  const [oldest] = await client().approvals({ plan: 'inbox-many', limit: 1 });
  expect(oldest).toMatchObject({ runId: 'inbox-many-0' });
  await Promise.all(runs.map(({ run }) => run.approve('go')));
  await Promise.all(runs.map(({ result }) => result()));
  await expect(client().inbox({ limit: 0 })).rejects.toThrow('limit: expected a whole number from 1 to 10000, got 0');
});
