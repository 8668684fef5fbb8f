// Encryption on a real server whose database is a file. What passes through a run is searched for in that file; the same run
// without keys shows that the search finds it.
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, inject, onTestFinished } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { Baton } from '../../src/client.js';
import type { Agent } from '../../src/domain/agent/agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { MESSAGES } from '../../src/domain/run/messages.js';
import type { FoundServer } from '../../src/server/index.js';
import type { EncryptionSettings } from '../../src/values/encryption/settings.js';
import { failureMessage, readHistory } from '../../src/temporal/history.js';
import { createWorker } from '../../src/worker.js';
import { find, makeDirectory, unconfigure } from '../server/place.js';
import { gate } from '../support/gate.js';
import { silenceTemporal } from '../support/silence.js';

const TIMEOUT_MS = 90_000;

/** Defines the keys in the environment of this test. The first one encrypts. */
function keys(...ids: string[]): EncryptionSettings {
  for (const id of ids) process.env[`TEST_KEY_${id}`] ??= randomBytes(32).toString('base64');
  return { keys: ids.map((id) => ({ id, key: { env: `TEST_KEY_${id}` } })) };
}

async function work(server: FoundServer, agents: readonly Agent[], encryption?: EncryptionSettings, queue = 'baton') {
  const worker = await createWorker({
    agents,
    server,
    taskQueues: [queue],
    workflowBundle: { codePath: inject('workflowBundle') },
    ...(encryption === undefined ? {} : { encryption }),
  });
  const running = worker.run();
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    worker.shutdown();
    return (stopped ??= running);
  };
  onTestFinished(stop);
  return { stop };
}

async function connect(server: FoundServer, agents: readonly Agent[], encryption?: EncryptionSettings): Promise<Baton> {
  const baton = await Baton.connect({ server, agents, ...(encryption === undefined ? {} : { encryption }) });
  onTestFinished(() => baton.close());
  return baton;
}

const MARKS = {
  input: 'MARK-the-input',
  output: 'MARK-the-output',
  failure: 'MARK-the-failure',
  cause: 'MARK-the-cause',
  details: 'MARK-the-details',
  progress: 'MARK-the-progress',
  event: 'MARK-the-event',
  comment: 'MARK-the-comment',
  description: 'MARK-the-description',
  lost: 'MARK-the-output-of-a-cancelled-run',
  expression: 'MARK-the-expression',
  /** Temporal's summary of a call. */
  summary: 'first · works',
} as const;

const plan: Plan = {
  name: 'secretive',
  description: MARKS.description,
  tasks: {
    first: { agent: 'works', input: '{% $input.text %}' },
    paid: { event: 'paid', needs: ['first'] },
    signOff: { approve: { title: 'Continue?' }, needs: ['paid'] },
    retried: { agent: 'flaky', needs: ['signOff'], retry: { attempts: 2, initial: '1ms' } },
    broken: { agent: 'breaks', needs: ['retried'], retry: { attempts: 1 } },
  },
};

const cancelled: Plan = {
  name: 'cancelled',
  tasks: { first: { agent: 'loses' }, wait: { wait: { for: '1h' }, needs: ['first'] } },
};

const badExpression: Plan = {
  name: 'bad',
  tasks: { first: { agent: 'works', input: `{% $error("${MARKS.expression}") %}` } },
};

async function passEverything(server: FoundServer, encryption?: EncryptionSettings) {
  const beating = gate();
  const agents = [
    functionAgent({ type: 'works', run: () => MARKS.output }),
    functionAgent({ type: 'loses', run: () => MARKS.lost }),
    functionAgent({
      type: 'flaky',
      async run(_, { attempt, progress }) {
        progress(MARKS.progress);
        await beating.opened;
        if (attempt === 1) throw new AgentError('once more', { type: 'Overloaded', retryAfterMs: 1 });
        return null;
      },
    }),
    functionAgent({
      type: 'breaks',
      run() {
        throw new AgentError(MARKS.failure, {
          type: 'AgentRefused',
          cause: new Error(MARKS.cause),
          details: { why: MARKS.details },
        });
      },
    }),
  ];
  await work(server, agents, encryption);
  const baton = await connect(server, agents, encryption);
  const run = await baton.start(plan, { input: { text: MARKS.input }, id: 'all' });
  await run.deliverEvent('paid', MARKS.event);
  await expect.poll(async () => (await run.snapshot()).tasks['signOff']?.status, { timeout: 20_000 }).toBe('running');
  await run.approve('signOff', { comment: MARKS.comment });
  await expect
    .poll(async () => (await run.describe()).raw.pendingActivities?.[0]?.heartbeatDetails, { timeout: 20_000 })
    .toBeTruthy();
  beating.open();
  const result = await run.result();
  const lost = await baton.start(cancelled, { id: 'lost' });
  await expect.poll(async () => (await lost.snapshot()).tasks['wait']?.status, { timeout: 20_000 }).toBe('running');
  await lost.cancel();
  const bad = await baton.start(badExpression, { id: 'bad' });
  return { baton, result, lost: await lost.result(), bad: await bad.result() };
}

async function marksIn(directory: string): Promise<string[]> {
  const found = await textsIn(directory, Object.values(MARKS));
  return Object.entries(MARKS).flatMap(([name, mark]) => (found.includes(mark) ? [name] : []));
}

/** Those of the texts that the database has. */
async function textsIn(directory: string, searched: readonly string[]): Promise<string[]> {
  const folder = join(directory, '.baton');
  const files = (await readdir(folder)).filter((name) => name.startsWith('temporal.db'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'latin1')));
  return searched.filter((text) => texts.some((content) => content.includes(Buffer.from(text).toString('latin1'))));
}

it(
  'encryption: the file of the server has nothing of what passes through a run, and clients read all of it',
  async () => {
    unconfigure();
    silenceTemporal();
    const directory = await makeDirectory();
    const { result, lost, bad } = await passEverything(await find(directory), keys('A'));
    expect(await marksIn(directory)).toEqual([]);
    // What stays clear, and what does not: docs/encryption.md lists both.
    const clear = ['all', 'retried', 'secretive', 'AgentRefused', 'approve', 'baton'];
    expect(await textsIn(directory, clear)).toEqual(clear);
    expect(result.tasks).toMatchObject({
      first: { output: MARKS.output },
      paid: { output: MARKS.event },
      signOff: { output: { comment: MARKS.comment } },
      broken: { failure: { type: 'AgentRefused', message: MARKS.failure, cause: MARKS.cause } },
    });
    expect(lost.tasks).toMatchObject({ first: { output: MARKS.lost } });
    expect(bad.tasks['first']?.failure?.message).toContain(MARKS.expression);
  },
  TIMEOUT_MS,
);

it(
  'encryption: without it, the same search finds everything in the file of the server',
  async () => {
    unconfigure();
    silenceTemporal();
    const directory = await makeDirectory();
    await passEverything(await find(directory));
    expect(await marksIn(directory)).toEqual(Object.keys(MARKS));
  },
  TIMEOUT_MS,
);

const events: Plan = {
  name: 'events',
  tasks: {
    one: { event: 'one' },
    two: { event: 'two', needs: ['one'] },
    last: { agent: 'echo', needs: ['two'], input: 'done' },
  },
};
const echo = functionAgent({ type: 'echo', run: (input) => input });

async function failedWorkflowTasks({ client }: Baton, workflowId: string): Promise<string[]> {
  const messages: string[] = [];
  for await (const { workflowTaskFailedEventAttributes: failed } of readHistory(client, { workflowId })) {
    if (failed?.failure != null) messages.push(await failureMessage(client, failed.failure));
  }
  return messages;
}

it(
  'encryption: a run continues while keys are rotated, and waits while its worker lacks a key',
  async () => {
    unconfigure();
    silenceTemporal();
    const server = await find(await makeDirectory());
    const first = await work(server, [echo], keys('A'));
    const old = await connect(server, [echo], keys('A'));
    await (await old.start(events, { id: 'rotate' })).deliverEvent('one', 'with A');
    await expect.poll(async () => (await old.run('rotate').snapshot()).tasks['two']?.status).toBe('running');
    await first.stop();

    const second = await work(server, [echo], keys('B', 'A'));
    const rotated = await connect(server, [echo], keys('B', 'A'));
    await expect.poll(async () => (await rotated.run('rotate').snapshot()).tasks['two']?.status).toBe('running');
    await second.stop();

    const third = await work(server, [echo], keys('B'));
    // As older clients send events: an update would wait for a worker that has the key.
    const { workflow } = rotated.client;
    await workflow.getHandle('rotate').signal(MESSAGES.deliverEvent, { name: 'two', data: 'with B' });
    await expect
      .poll(() => failedWorkflowTasks(rotated, 'rotate'), { timeout: 20_000 })
      .toEqual([
        'run rotate: a value is encrypted with the key "A", and the keys configured here are "B"; ' +
          'add "A" to encryption.keys in the configuration',
      ]);
    await third.stop();

    await work(server, [echo], keys('B', 'A'));
    const result = await rotated.run('rotate').result();
    expect(result.tasks).toMatchObject({
      one: { output: 'with A' },
      two: { output: 'with B' },
      last: { output: 'done' },
    });
    await expect((await connect(server, [echo])).inspect('rotate')).rejects.toThrow(
      /^run rotate: a value is encrypted with the key "[AB]", and no key is configured here; add "[AB]" to encryption\.keys/,
    );
  },
  TIMEOUT_MS,
);

it(
  'encryption: a call that a worker without its key takes uses up no attempt, and waits for another worker',
  async () => {
    unconfigure();
    silenceTemporal();
    const server = await find(await makeDirectory());
    let attempts = 0;
    const remote = functionAgent({
      type: 'remote',
      taskQueue: 'remote',
      run: (_, { attempt }) => {
        attempts = attempt;
        return 'answered';
      },
    });
    await work(server, [echo], keys('A'));
    const without = await work(server, [remote], keys('B'), 'remote');
    const baton = await connect(server, [remote], keys('A', 'B'));
    const plan: Plan = { name: 'far', tasks: { far: { agent: 'remote', retry: { attempts: 1 } } } };
    const run = await baton.start(plan, { id: 'far' });
    const failed = async () => (await run.snapshot()).tasks['far']?.failure?.message;
    await expect
      .poll(failed, { timeout: 20_000 })
      .toBe(
        'Failed to parse activity args for activity callAgent: run far: a value is encrypted with the key "A", ' +
          'and the keys configured here are "B"; add "A" to encryption.keys in the configuration',
      );
    await without.stop();
    await work(server, [remote], keys('A'), 'remote');
    expect((await run.result()).tasks['far']).toMatchObject({ status: 'succeeded', output: 'answered', attempts: 1 });
    expect(attempts).toBe(1);
  },
  TIMEOUT_MS,
);
