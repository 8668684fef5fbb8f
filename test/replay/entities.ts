// The Workflows that workers share, whose histories are kept: what is said to each, in order.
import { BREAKER_MESSAGES, CIRCUIT_BREAKER, type BreakerReport } from '../../src/domain/breaker/messages.js';
import { KEEP_MAIL, MAILBOX, type Mail } from '../../src/domain/event/mailbox.js';
import { POOL_MESSAGES, RESOURCE_POOL, type Alteration, type Sync } from '../../src/domain/pool/protocol.js';
import { QUEUE_MESSAGES, RUN_QUEUE, type QueuedStart } from '../../src/domain/run/queue/messages.js';
import { TOPIC, TOPIC_MESSAGES, type Receive } from '../../src/domain/event/topic/messages.js';
import { poolPolicy } from '../../src/domain/pool/settings.js';

interface Said {
  readonly update: string;
  readonly message: unknown;
  /** Milliseconds that pass before it is said. */
  readonly afterMs?: number;
}

export interface KeptEntity {
  readonly name: string;
  readonly workflowType: string;
  readonly input: unknown;
  readonly said: readonly Said[];
}

const CONFIG = { hash: 'kept', since: 0 };
const RESOURCES = [
  { id: 'a', capacity: 2 },
  { id: 'b', capacity: 1, weight: 3 },
];
const URGENT = { priority: 1 };

const turn = (worker: string, number: number, more: Partial<Sync>): Said => {
  const nothing = { seen: 0, held: {}, wants: [], done: {}, spent: 0, throttled: [], health: [], config: CONFIG };
  const message: Sync = { worker, session: `session-${worker}`, turn: number, ...nothing, ...more };
  return { update: POOL_MESSAGES.sync, message };
};
const alteration = (message: Alteration): Said => ({ update: POOL_MESSAGES.alter, message });

const TERMS = { settings: { window: { count: 4 }, minCalls: 2, openFor: '200ms', probes: 1 }, since: 0 };

const report = (worker: string, epoch: number, calls: string, probes = 0): Said => {
  const message: BreakerReport = { worker, terms: TERMS, epoch, calls, probes };
  return { update: BREAKER_MESSAGES.report, message };
};
const put = (to: string): Said => ({ update: BREAKER_MESSAGES.turn, message: { to } });

const mail = (data: unknown, id: string): Said => {
  const message: Mail = { subscription: 'kept', event: 'paid', data, id };
  return { update: KEEP_MAIL, message };
};

/** A start of a run that waits for an hour. */
const start = (ticket: string, policy: QueuedStart['policy'], afterMs = 0): Said => {
  const request = { plan: { name: 'kept', tasks: { rest: { wait: '1h' } } } };
  return { update: QUEUE_MESSAGES.enqueue, message: { ticket, policy, taskQueue: 'test', request }, afterMs };
};

const published = (id: string, key?: string): Said => ({
  update: TOPIC_MESSAGES.publish,
  message: { id, headers: {}, contentType: 'text/plain', body: '', ...(key === undefined ? {} : { key }) },
});
const received = (consumer: string, more: Partial<Receive> = {}): Said => ({
  update: TOPIC_MESSAGES.receive,
  message: { group: 'g', consumer, holds: [], done: [], rejected: [], room: 2, waitMs: 200, ...more },
});

export const KEPT_ENTITIES: readonly KeptEntity[] = [
  {
    name: 'topic',
    workflowType: TOPIC,
    input: { name: 'kept' },
    said: [
      published('a', 'k'),
      published('b', 'k'),
      published('a', 'k'),
      received('one'),
      // Nothing is free: the answer waits.
      received('two'),
      received('one', { done: [0] }),
      received('one', { rejected: [1], room: 0 }),
      received('two'),
      received('two', { done: [1] }),
    ],
  },
  {
    name: 'run-queue',
    workflowType: RUN_QUEUE,
    input: { run: 'kept-in-order' },
    said: [
      start('first', 'queue'),
      start('second', 'queue', 1_000),
      start('third', 'queue'),
      { update: QUEUE_MESSAGES.withdraw, message: 'third', afterMs: 1_000 },
      start('fourth', 'replace'),
      start('fifth', 'replace', 3_000),
      { update: QUEUE_MESSAGES.withdraw, message: 'unknown', afterMs: 3_000 },
    ],
  },
  {
    name: 'resource-pool-altered',
    workflowType: RESOURCE_POOL,
    input: {
      pool: 'kept',
      policy: poolPolicy({ name: 'kept', strategy: 'weighted', resources: RESOURCES }),
      config: CONFIG,
    },
    said: [
      turn('one', 1, { wants: [{ want: { priority: 3 }, count: 5 }] }),
      turn('two', 1, { wants: [{ want: URGENT, count: 1 }] }),
      turn('one', 2, { seen: 1, held: { a: 1 }, done: { b: 1 }, throttled: [{ resource: 'b', retryAfterMs: 100 }] }),
      alteration({ do: 'add', resource: { id: 'c', capacity: 1, weight: 1, labels: {} } }),
      alteration({ do: 'remove', id: 'a' }),
      turn('one', 3, { seen: 1, ends: true }),
    ],
  },
  {
    name: 'circuit-breaker',
    workflowType: CIRCUIT_BREAKER,
    input: { agent: 'kept', terms: TERMS },
    said: [
      report('one', 0, 'S'),
      report('two', 0, 'F'),
      // It opens, a probe opens it again, and another closes it.
      report('one', 0, 'FF'),
      { ...report('two', 1, '', 1), afterMs: 300 },
      report('two', 2, 'F'),
      { ...report('one', 3, '', 1), afterMs: 300 },
      report('two', 4, '', 1),
      report('one', 4, 'S'),
      put('forced-open'),
      put('closed'),
      report('two', 7, 'SS'),
    ],
  },
  {
    // No worker of the test delivers: the run does not exist, and the second event waits behind the first.
    name: 'mailbox',
    workflowType: MAILBOX,
    input: { run: 'kept' },
    said: [mail({ amount: 1 }, 'a'), mail({ amount: 2 }, 'b'), mail({ amount: 1 }, 'a')],
  },
];
