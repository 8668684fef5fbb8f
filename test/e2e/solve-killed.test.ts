// A goal that a model plans and models solve, its "baton solve" killed at every tenth call: what Temporal has recorded of a
// model is not asked for again, for it would be paid for again.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '@temporalio/client';
import { Baton } from '../../src/client.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { RunResult } from '../../src/domain/run/result.js';
import { openaiServer, type ModelRequest, type OpenAiServer } from '../fixtures/openai-server.js';
import { find, NOBODY, unconfigure } from '../server/place.js';
import { useCliDirectory, type Running } from '../support/baton.js';

const place = useCliDirectory();
let model: OpenAiServer;
beforeAll(async () => void (model = await openaiServer()));
afterAll(() => model.close());

const WORDS = Array.from({ length: 32 }, (_, index) => `word${index}`);
const KILL_EVERY = 10;

const planned: Plan = {
  name: 'shout',
  tasks: {
    each: {
      agent: 'shouter',
      forEach: { items: WORDS, concurrency: 4 },
      input: { task: 'shout', word: '{% $item %}' },
    },
    all: { agent: 'shouter', input: { task: 'join', words: '{% $tasks.each.output %}' } },
  },
  output: '{% $tasks.all.output %}',
};
const broken = { ...planned, tasks: { each: { agent: 'nobody' } } };

/** What the model answers: a plan that must be repaired, then the plan, then whatever the plan asks for. */
function answerTo({ messages }: ModelRequest): string | object {
  const text = String(messages.at(-1)!.content);
  if (text.includes('You turn a goal into a plan')) return text.includes('nobody') ? planned : broken;
  const { task, word = '', words = [] } = JSON.parse(text) as { task: string; word?: string; words?: string[] };
  return task === 'shout' ? word.toUpperCase() : words.join(' ');
}

const keyOf = ({ headers }: ModelRequest): string => String(headers['idempotency-key']);

/** The keys of the calls of agents whose replies are in the histories of the run and its plan. */
async function recorded(client: Client, id: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const workflowId of [id, `${id}/solve`]) {
    const history = await client.workflow
      .getHandle(workflowId)
      .fetchHistory()
      .catch(() => undefined);
    const events = history?.events ?? [];
    for (const { activityTaskCompletedEventAttributes: completed } of events) {
      if (completed == null) continue;
      const scheduled = events[Number(completed.scheduledEventId) - 1]!.activityTaskScheduledEventAttributes!;
      const data = scheduled.input?.payloads?.[0]?.data;
      const { idempotencyKey } = JSON.parse(Buffer.from(data!).toString()) as { idempotencyKey?: string };
      if (idempotencyKey !== undefined) keys.add(idempotencyKey);
    }
  }
  return keys;
}

test('no reply that is recorded is asked for again, and the result is right', async () => {
  const agent = (type: string, kind: string) =>
    `  - { type: ${type}, kind: ${kind}, model: scripted, baseURL: '${model.baseURL}', heartbeat: 5s, retry: { attempts: 8, initial: 100ms, max: 200ms } }`;
  await place.write(
    'models.yaml',
    ['planner: planner', 'agents:', agent('planner', 'llm-planner'), agent('shouter', 'llm')].join('\n'),
  );
  // Held by the test, so that it does not end when its last user is killed.
  unconfigure();
  const server = await find(place.directory);
  let running: Running | undefined;
  const asked = new Set<string>();
  model.answer((request) => {
    const before = asked.size;
    asked.add(keyOf(request));
    if (asked.size > before && asked.size % KILL_EVERY === 0) running!.signal('SIGKILL');
    return answerTo(request);
  });

  const args = ['solve', 'shout all words', '--id', 'shouting', '--config', 'models.yaml', '--json'];
  /** After each kill: what was recorded, and how often the model had been asked by then. */
  const kills: { replies: Set<string>; requests: number }[] = [];
  let end;
  for (;;) {
    running = place.spawn(...args);
    end = await running.ended;
    if (end.exitCode !== undefined) break;
    const baton = await Baton.connect({ server, localAddress: NOBODY });
    kills.push({ replies: await recorded(baton.client, 'shouting'), requests: model.requests.length });
    await baton.close();
  }

  expect(end.exitCode, end.stderr).toBe(0);
  const { status, output } = RunResult.parse(JSON.parse(end.stdout));
  expect({ status, output }).toEqual({ status: 'completed', output: WORDS.join(' ').toUpperCase() });
  // Two of the planner, one for each word, one for all of them.
  expect(asked.size).toBe(WORDS.length + 3);
  expect(kills).toHaveLength(3);
  for (const { replies, requests } of kills) {
    expect(replies.size).toBeGreaterThan(0);
    const later = new Set(model.requests.slice(requests).map(keyOf));
    expect([...replies].filter((key) => later.has(key))).toEqual([]);
  }
  // What was in flight was lost with its worker, and only that is asked for again: the fourfold concurrency at most.
  expect(model.requests.length - asked.size).toBeGreaterThan(0);
  expect(model.requests.length - asked.size).toBeLessThanOrEqual(kills.length * 4);
}, 240_000);
