// Many jobs of another system at the same time, and a worker that is killed again and again: each job runs once, and none is lost.
// scripts/nightly.sh has 200 jobs of each system.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { agentFromData } from '../../src/activities/agents/index.js';
import { Baton } from '../../src/client.js';
import { atNight } from '../support/nightly.js';
import { urlOf, withSystem } from '../support/systems.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { copyBundle, startWorkerProcess } from './worker-process.js';

const JOBS = atNight(200, 12);
const KILLS = 3;
const TASK_QUEUE = 'bridge';
/** A worker with hundreds of calls on a busy machine can be late with its heartbeats. */
const HEARTBEAT = JOBS > 50 ? '10s' : '3s';

/** More than a job takes on a busy machine. */
const JOB_MS = 15_000;
const PROGRESS = { timeout: 60_000 + JOBS * JOB_MS, interval: 100 };

const KINDS = [
  { kind: 'celery', atOnce: JOBS, settings: (url: string) => ({ broker: url, backend: url, task: 'baton.note' }) },
  // A process for each flow run, as `serve` starts it, would take seconds of processor time for each of the jobs.
  // More than 40 of them keep a server on SQLite so busy that it answers its own worker with 503.
  { kind: 'prefect', atOnce: 40, settings: (url: string) => ({ url, deployment: 'baton-note/threads' }) },
] as const;

beforeEach(unconfigure);

describe.each(KINDS)('$kind', ({ kind, atOnce, settings }) => {
  const url = urlOf(kind);

  test.skipIf(url === undefined)(
    withSystem(kind, `${JOBS} jobs, and a worker that is killed ${KILLS} times: each job runs once`),
    async () => {
      const directory = await makeDirectory();
      const server = await find(directory);
      // Each worker that is killed uses up an attempt.
      const data = { type: 'note', kind, heartbeat: HEARTBEAT, retry: { attempts: 20 }, ...settings(url!) };
      const baton = await Baton.connect({ server, agents: [agentFromData(data)], taskQueue: TASK_QUEUE });
      onTestFinished(() => baton.close());
      const codePath = await copyBundle(directory);
      const startWorker = () =>
        startWorkerProcess({
          ...{ directory, taskQueue: TASK_QUEUE, codePath },
          script: 'bridge-worker.ts',
          args: [JSON.stringify(data)],
        });
      const file = join(directory, 'ran');
      const linesRun = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);

      let worker = await startWorker();
      const items = Array.from({ length: JOBS }, (_, index) => `job-${index}`);
      const run = await baton.start({
        name: 'notes',
        tasks: {
          note: {
            agent: 'note',
            forEach: { items, concurrency: atOnce },
            input: { file, text: '{% $item %}', seconds: 1 },
          },
        },
      });
      const result = run.result();
      const failed = result.then(({ status, failure }) => {
        if (status !== 'completed') throw new Error(`the run is ${status}: ${failure?.message}`);
      });
      failed.catch(() => undefined);
      for (let kill = 0; kill < KILLS; kill++) {
        // The first one comes when jobs were submitted, and not all of them recorded.
        const ran = Math.max(1, Math.floor((kill * JOBS) / (KILLS + 1)));
        const progress = expect.poll(async () => (await linesRun()).length, PROGRESS).toBeGreaterThanOrEqual(ran);
        await Promise.race([progress, failed]);
        await worker.kill();
        worker = await startWorker();
      }
      expect(await result).toMatchObject({ status: 'completed' });
      expect((await linesRun()).toSorted()).toEqual(items.toSorted());
    },
    PROGRESS.timeout * 2,
  );
});
