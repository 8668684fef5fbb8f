// `baton inbox`, on real runs.
import { expect, test } from 'vitest';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, spawn, write } = place;

const plan = {
  name: 'asking',
  tasks: {
    draft: { agent: 'echo', input: { pages: 3 } },
    signOff: { approve: { title: 'Publish?', description: 'All pages.', timeout: '3d' }, needs: ['draft'] },
  },
};

test('inbox: shows what waits, with its data and the command; --watch shows what begins and ends to wait', async () => {
  await write('asking.json', plan);
  const worker = spawn('worker');
  await worker.waitForLine('worker ready');
  expect(await baton('inbox')).toMatchObject({ exitCode: 0, stdout: '' });
  const watch = spawn('inbox', '--watch', '--json');
  await watch.waitForLine('server:');
  await baton('run', 'asking.json', '--id', 'ask-1', '--detach');
  interface Inbox {
    readonly items: { runId: string; since: string; until: string }[];
    readonly unread: { runId: string; reason: string }[];
  }
  const items = async () => ((await json('inbox')) as Inbox).items;
  await expect.poll(items, { timeout: 30_000 }).toHaveLength(1);
  expect((await items())[0]).toMatchObject({
    kind: 'approval',
    runId: 'ask-1',
    title: 'Publish?',
    data: { draft: { pages: 3 } },
  });
  const { stdout, stderr } = await baton('inbox');
  expect(stderr).toMatch(/^server: /);
  expect(stdout.trimEnd().split('\n')).toEqual([
    '◆ Publish?',
    '  asking · ask-1 · signOff',
    '  All pages.',
    '  draft: {"pages":3}',
    expect.stringMatching(/^ {2}waits for .*, is rejected in 2d 23h$/),
    '  baton approve ask-1 signOff',
  ]);
  await baton('approve', 'ask-1', 'signOff');
  await baton('result', 'ask-1');
  await expect.poll(items, { timeout: 30_000 }).toEqual([]);

  await baton('run', 'asking.json', '--id', 'ask-2', '--detach');
  await expect.poll(items, { timeout: 30_000 }).toHaveLength(1);
  worker.signal('SIGTERM');
  await worker.ended;
  const { unread } = (await json('inbox')) as Inbox;
  expect(unread).toEqual([{ runId: 'ask-2', reason: expect.stringContaining('no worker polls') as string }]);
  watch.signal('SIGINT');
  const shown = (await watch.ended).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(shown.slice(0, 2)).toMatchObject([
    { is: 'waiting', runId: 'ask-1', title: 'Publish?' },
    { is: 'over', runId: 'ask-1', task: 'signOff' },
  ]);
});

test('inbox: bad input is refused', async () => {
  expect(await baton('inbox', '--limit', '0')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--limit') as string,
  });
  expect(await baton('inbox', 'x')).toMatchObject({ exitCode: 2 });
});
