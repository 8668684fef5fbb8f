// Jobs of other systems outlive the worker that started them: each runs once, however often workers are killed.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Baton } from '../../src/client.js';
import { parsePlan } from '../../src/domain/plan/parse.js';
import { celeryNotes } from '../fixtures/e2e/celery-agent.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { uniqueName } from '../support/brokers.js';
import { atNight } from '../support/nightly.js';
import { urlOf, withSystem } from '../support/systems.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

beforeEach(unconfigure);

const JOBS = atNight(200, 60);
/** How many jobs have begun when the worker is killed. */
const MOMENTS = atNight([5, 60, 150], [5, 20, 45]);

const plan = parsePlan({
  name: 'jobs',
  tasks: {
    each: {
      forEach: { items: '{% $input.texts %}', concurrency: Math.ceil(JOBS * 0.3) },
      agent: 'note',
      // A call whose worker was killed is made again after this time.
      heartbeat: '10s',
      // Each worker that is killed uses up an attempt.
      retry: { attempts: 10, initial: '100ms' },
      input: { file: '{% $input.file %}', text: '{% $item %}', seconds: 0.05 },
    },
  },
  output: '{% $tasks.each.output.text %}',
});

const linesOf = async (file: string): Promise<readonly string[]> =>
  (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

describe.skipIf(urlOf('celery') === undefined)(withSystem('celery', 'with Celery on Redis'), () => {
  test(`${JOBS} tasks of Celery run once each, although the worker of Baton is killed three times`, async () => {
    const directory = await makeDirectory();
    const server = await find(directory);
    const baton = await Baton.connect({ server, agents: [celeryNotes], taskQueue: 'e2e' });
    onTestFinished(() => baton.close());
    const file = join(directory, 'notes');
    const texts = Array.from({ length: JOBS }, (_, index) => `job ${index}`);
    // Celery keeps the results of another test run with this id: they would be collected.
    const run = await baton.start(plan, { id: uniqueName('jobs'), input: { file, texts } });
    const place = { directory, taskQueue: 'e2e', codePath: await copyBundle(directory) };
    let worker = await startWorkerProcess(place);
    for (const moment of MOMENTS) {
      await expect.poll(async () => (await linesOf(file)).length, { timeout: 120_000 }).toBeGreaterThanOrEqual(moment);
      await worker.kill();
      worker = await startWorkerProcess(place);
    }
    expect(await run.result()).toMatchObject({ status: 'completed', output: texts });
    expect([...(await linesOf(file))].sort()).toEqual([...texts].sort());
  }, 600_000);
});
