// The trace of a run, as a receiver of OTLP gets it.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { createActivities } from '../../src/activities/index.js';
import { openTracing, type Tracing } from '../../src/activities/trace/tracing.js';
import { Baton } from '../../src/client.js';
import { BrokerError } from '../../src/domain/event/broker-error.js';
import type { Agent, AgentContext } from '../../src/domain/agent/agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.js';
import { childrenOf, expectKnownAttributes, named, only } from '../support/traces.js';
import { TEST_QUEUE, useDevServer } from '../support/temporal.js';

let receiver: OtlpReceiver;
let opened: Tracing | undefined;
const warnings: string[] = [];
const log = {
  debug: () => undefined,
  info: () => undefined,
  error: () => undefined,
  warn: (line: string) => void warnings.push(line),
};

const kindOf = (broker: string) => (broker === 'bus' ? 'temporal' : undefined);

/** Opened when it is first used: the receiver is there by then. */
const tracing: Tracing = {
  isSampled: (...args) => (opened ??= openTracing(process.env, log, kindOf)!).isSampled(...args),
  send: (batch) => (opened ??= openTracing(process.env, log, kindOf)!).send(batch),
  close: async () => await opened?.close(),
};

const seen: { readonly task: string; readonly traceparent: string | undefined; readonly id: string | undefined }[] = [];
const agent = (type: string, run: (input: unknown, context: AgentContext) => unknown): Agent =>
  functionAgent({
    type,
    retry: { initial: '1ms' },
    run: (input, context) => {
      const { task, traceparent, id } = context.correlation;
      seen.push({ task, traceparent, id });
      return run(input, context);
    },
  });

const untilAborted = (_: unknown, { signal }: AgentContext) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

const beginLate: string[] = [];

const agents = [
  agent('echo', (input) => input ?? null),
  agent('same', () => 1),
  agent('flaky', (_, { attempt }) => {
    if (attempt < 3) throw new Error(`not in attempt ${attempt}`);
    return attempt;
  }),
  agent('no', () => {
    throw new AgentError('no, and never', { type: 'AgentRefused' });
  }),
  agent('slow', untilAborted),
  // The first call ends when a second one has begun.
  agent('late', (_, context) => {
    beginLate.push(context.idempotencyKey);
    return beginLate.length > 1 ? 1 : untilAborted(_, context);
  }),
  agent('choosy', (input) => {
    if (input === 220) throw new AgentError('not this one', { type: 'AgentRefused' });
    return input;
  }),
  agent('planner', () => ({ name: 'made', tasks: { part: { agent: 'echo' } } })),
];

const published: string[] = [];
const publishing = {
  brokers: ['bus'],
  project: 'test',
  publish: (_broker: string, to: string, { body }: { body: Uint8Array }) => {
    published.push(Buffer.from(body).toString());
    // The first attempt at each destination of this name is not confirmed.
    const isFirst = published.length % 2 === 1;
    if (to === 'shaky' && isFirst) return Promise.reject(new BrokerError('the connection was lost'));
    return Promise.resolve();
  },
};

const temporal = useDevServer({
  searchable: true,
  dynamicConfig: ['limit.historyCount.suggestContinueAsNew=60'],
  worker: {
    maxCachedWorkflows: 0,
    activities: createActivities({ agents, publishing, tracing, abortGraceMs: 500 }),
  },
});

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20token');
});

afterAll(async () => {
  await tracing.close();
  await receiver.close();
});

const connected = () =>
  Baton.fromClient(temporal.env.client, {
    agents,
    taskQueue: TEST_QUEUE,
    brokers: [{ name: 'bus', kind: 'temporal' }],
  });

const spansOf = (traceId: string) => receiver.spans().filter((span) => span.traceId === traceId);

/** `SpanKind` of the protocol. */
const PRODUCER = 4;

const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const EVERY_KIND: Plan = {
  name: 'every-kind',
  tasks: {
    first: { agent: 'echo' },
    flaky: { agent: 'flaky', needs: ['first'] },
    race: { race: ['same', 'slow'], needs: ['first'] },
    vote: { vote: { agents: ['same', 'echo'], quorum: 2 }, input: 1, needs: ['first'] },
    hedged: { agent: 'late', hedge: { after: '50ms' }, needs: ['first'] },
    second: { agent: 'no', fallback: { agent: 'echo' }, needs: ['flaky'] },
    each: { agent: 'echo', forEach: { items: [1, 2, 3] }, input: '{% $item %}', needs: ['race', 'vote'] },
    sub: { plan: { name: 'inner', tasks: { deep: { agent: 'echo' } } }, needs: ['each'] },
    solve: { decompose: { goal: 'it', planner: 'planner' }, needs: ['sub'] },
    wait: { wait: '1ms', needs: ['sub'] },
    ask: { approve: { title: 'Well?' }, needs: ['wait'] },
    paid: { event: { name: 'paid' }, needs: ['ask'] },
    tell: { publish: { broker: 'bus', to: 'orders', type: 'told' }, needs: ['paid'] },
    never: { agent: 'echo', when: '{% false %}', needs: ['tell'] },
  },
};

test('the trace of a run has a span for each task, with links to its needs, and one for each attempt', async () => {
  const run = await connected().start(EVERY_KIND, { id: 'kinds', correlationId: 'order-42', traceparent: GIVEN });
  await run.deliverEvent('paid', {});
  await expect
    .poll(
      () =>
        run.approve('ask').then(
          () => true,
          () => false,
        ),
      { timeout: 30_000, interval: 200 },
    )
    .toBe(true);
  const result = await run.result();
  expect(result).toMatchObject({ status: 'completed', correlationId: 'order-42' });
  expect(result.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  const spans = spansOf(result.traceId!);
  expectKnownAttributes(spans);
  const root = only(spans, 'invoke_workflow every-kind');
  expect(root).toMatchObject({
    parent: '00f067aa0ba902b7',
    attributes: { 'baton.run.id': 'kinds', 'baton.run.status': 'completed', 'gen_ai.workflow.name': 'every-kind' },
  });
  const idOf = (task: string) => only(spans, `task ${task}`).id;
  for (const [id, { needs = [] }] of Object.entries(EVERY_KIND.tasks)) {
    const span = only(spans, `task ${id}`);
    expect(span.parent).toBe(root.id);
    expect([...span.links].sort()).toEqual(needs.map(idOf).sort());
    expect(span.attributes).toMatchObject({
      'baton.task.status': result.tasks[id]!.status,
      'baton.correlation_id': 'order-42',
    });
  }
  const below = (task: string) => childrenOf(spans, only(spans, `task ${task}`));
  expect(below('flaky')).toEqual(Array(3).fill('invoke_agent flaky'));
  expect(below('race')).toEqual(['invoke_agent same', 'invoke_agent slow']);
  expect(below('vote')).toEqual(['invoke_agent echo', 'invoke_agent same']);
  expect(below('hedged')).toEqual(['invoke_agent late', 'invoke_agent late']);
  expect(below('second')).toEqual(['invoke_agent echo', 'invoke_agent no']);
  expect(below('each')).toEqual(Array(3).fill('invoke_agent echo'));
  expect(below('sub')).toEqual(['invoke_workflow inner']);
  expect(below('solve')).toEqual(['invoke_agent planner', 'invoke_workflow made']);
  expect(below('tell')).toEqual(['send orders']);
  expect(['wait', 'ask', 'paid', 'never'].flatMap(below)).toEqual([]);
  expect(childrenOf(spans, only(spans, 'invoke_workflow inner'))).toEqual(['task deep']);
  const attempts = named(spans, 'invoke_agent ');
  const ofFlaky = attempts.filter(({ name }) => name === 'invoke_agent flaky');
  expect(ofFlaky.map(({ error, attributes }) => [attributes['error.type'], error])).toEqual([
    ['AgentFailed', 'not in attempt 1'],
    ['AgentFailed', 'not in attempt 2'],
    [undefined, undefined],
  ]);
  expect(only(spans, 'invoke_agent no')).toMatchObject({
    error: 'no, and never',
    attributes: { 'error.type': 'AgentRefused', 'baton.attempt': 1 },
  });
  // What agents and the broker get names the span above what they do.
  const flaky = seen.filter(({ task }) => task === 'flaky');
  expect(flaky.map(({ traceparent }) => traceparent?.split('-')[2])).toEqual(
    attempts.filter(({ name }) => name === 'invoke_agent flaky').map(({ id }) => id),
  );
  expect(flaky[0]).toMatchObject({ id: 'order-42' });
  expect(JSON.parse(published[0]!)).toMatchObject({
    correlationid: 'order-42',
    traceparent: `00-${result.traceId}-${only(spans, 'send orders').id}-01`,
  });
  expect(receiver.requests[0]).toMatchObject({ path: '/v1/traces', headers: { authorization: 'Bearer token' } });
  expect(warnings).toEqual([]);
}, 90_000);

test('a run that fails and is undone has its compensations below their tasks, and its failure without values', async () => {
  const plan: Plan = {
    name: 'undone',
    tasks: {
      book: { agent: 'echo', input: 'private', compensate: { agent: 'same' } },
      trip: {
        plan: { name: 'trip', tasks: { ride: { agent: 'echo', compensate: { agent: 'same' } } } },
        needs: ['book'],
      },
      pay: { agent: 'no', needs: ['trip'] },
    },
  };
  const run = await connected().start(plan);
  const { traceId, compensated } = await run.result();
  expect(compensated).toEqual(['trip', 'book']);
  const spans = spansOf(traceId!);
  expect(childrenOf(spans, only(spans, 'task book'))).toEqual(['invoke_agent echo', 'invoke_agent same']);
  const [, undoing] = named(spans, 'invoke_workflow trip');
  expect(childrenOf(spans, only(spans, 'task trip'))).toEqual(['invoke_workflow trip', 'invoke_workflow trip']);
  expect(childrenOf(spans, undoing!)).toEqual(['invoke_agent same']);
  expect(only(spans, 'invoke_workflow undone').error).toBe('task pay failed: AgentRefused: no, and never');
  expect(JSON.stringify(spans)).not.toContain('private');
}, 60_000);

test('a publication has a span for each attempt, as producer of the message', async () => {
  published.length = 0;
  const plan: Plan = {
    name: 'publishes',
    tasks: {
      tell: {
        publish: { broker: 'bus', to: 'shaky', type: 'told', data: '{% $item %}' },
        forEach: { items: [1, 2], concurrency: 1 },
        retry: { initial: '1ms' },
      },
    },
  };
  const { traceId } = await (await connected().start(plan, { id: 'publishes' })).result();
  const spans = spansOf(traceId!);
  expectKnownAttributes(spans);
  const sends = named(spans, 'send shaky');
  const parent = only(spans, 'task tell').id;
  expect(sends.map((span) => [span.parent, span.kind, span.error !== undefined])).toEqual([
    [parent, PRODUCER, true],
    [parent, PRODUCER, false],
    [parent, PRODUCER, true],
    [parent, PRODUCER, false],
  ]);
  expect(sends.map(({ attributes }) => attributes)).toMatchObject(
    [0, 0, 1, 1].map((item, at) => ({
      'baton.item.index': item,
      'baton.attempt': (at % 2) + 1,
      'baton.broker.name': 'bus',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'shaky',
      'messaging.message.id': `publishes/tell/${item}`,
      'messaging.system': 'temporal',
      'cloudevents.event_type': 'told',
      ...(at % 2 === 0 ? { 'error.type': 'NotConfirmed' } : {}),
    })),
  );
  // Each attempt sends its own place in the trace.
  const sent = published.map((text) => (JSON.parse(text) as { traceparent: string }).traceparent.split('-')[2]);
  expect(sent).toEqual(sends.map(({ id }) => id));
}, 60_000);

test('a run that continues as new several times has one span for itself, each task and each call', async () => {
  const ids = Array.from({ length: 30 }, (_, at) => `t${at}`);
  const tasks = Object.fromEntries(ids.map((id, at) => [id, { agent: 'echo', needs: at === 0 ? [] : [`t${at - 1}`] }]));
  const run = await connected().start({ name: 'chain', tasks });
  const { traceId } = await run.result();
  const spans = spansOf(traceId!);
  expect(
    named(spans, 'task ')
      .map(({ name }) => name)
      .sort(),
  ).toEqual(ids.map((id) => `task ${id}`).sort());
  expect(named(spans, 'invoke_agent ')).toHaveLength(30);
  only(spans, 'invoke_workflow chain');
  expect(spans).toHaveLength(61);
}, 60_000);

test('of a large forEach, the first 200 calls and those that failed have spans', async () => {
  const plan: Plan = {
    name: 'many',
    tasks: {
      each: {
        agent: 'choosy',
        forEach: { items: '{% [1..230] %}', tolerate: 1 },
        input: '{% $index %}',
      },
    },
  };
  const { traceId, tasks } = await (await connected().start(plan)).result();
  expect(tasks['each']!.items).toMatchObject({ total: 230, failed: 1 });
  const items = named(spansOf(traceId!), 'invoke_agent ').map(({ attributes }) =>
    Number(attributes['baton.item.index']),
  );
  expect(items.filter((index) => index < 200)).toHaveLength(200);
  expect(items.filter((index) => index >= 200)).toEqual([220]);
}, 60_000);

test('a run that is not traced passes on what it was given, and has no command for a trace', async () => {
  vi.stubEnv('OTEL_SDK_DISABLED', 'true');
  const run = await connected().start({ name: 'plain', tasks: { only: { agent: 'echo' } } }, { traceparent: GIVEN });
  vi.stubEnv('OTEL_SDK_DISABLED', '');
  const result = await run.result();
  expect(result.traceId).toBeUndefined();
  expect(seen.at(-1)).toMatchObject({ task: 'only', traceparent: GIVEN });
  const { events = [] } = await temporal.env.client.workflow.getHandle(run.id).fetchHistory();
  expect(
    (events ?? []).filter(({ markerRecordedEventAttributes: marker }) => marker?.markerName === 'core_local_activity'),
  ).toEqual([]);
});
