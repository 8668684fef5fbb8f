// `baton gate`: replays histories of a server and of a directory, and names those that would break.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory({ server: true });
const { baton, write } = place;

const KEPT = new URL('../replay/histories/', import.meta.url);

interface Kept {
  readonly events: { eventId: string; activityTaskScheduledEventAttributes?: { activityId: string } }[];
}

const readKept = async (name: string): Promise<Kept> =>
  JSON.parse(await readFile(new URL(`${name}.json`, KEPT), 'utf8')) as Kept;

/** A directory with these histories. */
async function directoryOf(name: string, histories: Record<string, object | string>): Promise<string> {
  await mkdir(join(place.directory, name));
  for (const [file, content] of Object.entries(histories)) {
    await writeFile(
      join(place.directory, name, `${file}.json`),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
  return name;
}

beforeAll(async () => {
  await write('echo.json', { name: 'echo', tasks: { a: { agent: 'echo', input: 1 } } });
});

test('a history that would break is named by run, event and reason, and the exit code is 1', async () => {
  const changed = await readKept('cancelled');
  const scheduled = changed.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined)!;
  scheduled.activityTaskScheduledEventAttributes!.activityId = 'renamed';
  const directory = await directoryOf('broken', { changed });
  await copyFile(new URL('circuit-breaker.json', KEPT), join(place.directory, directory, 'circuit-breaker.json'));
  const { exitCode, stdout, stderr } = await baton('gate', '--histories', directory);
  expect(exitCode).toBe(1);
  expect(stdout).toBe(
    `cancelled: event ${scheduled.eventId} (ActivityTaskScheduled): ` +
      "Activity id of scheduled event 'renamed' does not match activity id of activity command 'a'",
  );
  expect(stderr).toBe('2 histories replayed; 1 would break');
});

test('a history that lacks events is reported, and the next one is replayed', async () => {
  const gap = await readKept('cancelled');
  gap.events.splice(6, 1);
  const directory = await directoryOf('gaps', { gap, none: { events: [] }, whole: await readKept('circuit-breaker') });
  const { exitCode, stdout } = await baton('gate', '--histories', directory, '--json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    replayed: 3,
    broken: [
      expect.objectContaining({
        runId: 'cancelled',
        event: null,
        reason: expect.stringContaining('event 8 follows') as string,
      }),
      { runId: 'none', executionId: '', event: null, reason: 'the history has no events' },
    ],
  });
});

test('a history that ends early is that of a run in progress', async () => {
  const history = await readKept('cancelled');
  const directory = await directoryOf('begun', { begun: { events: history.events.slice(0, 7) } });
  expect(await baton('gate', '--histories', directory)).toMatchObject({ exitCode: 0, stdout: '' });
});

test('without options: what is in progress on the server, and what has ended', async () => {
  expect((await baton('run', 'echo.json', '--id', 'ended', '--quiet')).exitCode).toBe(0);
  const { exitCode, stderr } = await baton('gate');
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/1 history replayed; none would break$/);
});

test.each([
  ['text', { cut: '{"events": [{"eventId": "1"' }, 'error: --histories: cut.json: expected a history as JSON, got '],
  ['other', { other: { run: 1 } }, 'error: --histories: other.json: expected a history as JSON, got no list of events'],
])('a file that is not a history is refused with exit code 2: %s', async (name, files, line) => {
  const directory = await directoryOf(`refused-${name}`, files);
  const { exitCode, stderr } = await baton('gate', '--histories', directory);
  expect({ exitCode, line: stderr.slice(0, line.length) }).toEqual({ exitCode: 2, line });
});

test('a directory without histories is refused', async () => {
  const { exitCode, stderr } = await baton('gate', '--histories', await directoryOf('empty', {}));
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: 'error: --histories: expected files *.json in empty, got none',
  });
});
