import { describe, expect, test } from 'vitest';
import { agentFromData } from '../../../src/activities/agents/index.js';
import { queueAgent } from '../../../src/activities/agents/queue/queue-agent.js';
import { readReply } from '../../../src/activities/agents/queue/read-reply.js';
import { BrokerError } from '../../../src/domain/event/broker-error.js';
import type { OutgoingMessage } from '../../../src/events/broker.js';
import { call, failureOf } from '../call.js';

const agent = queueAgent({ type: 'score', broker: 'shop', requests: 'scores' });

interface Sent {
  readonly broker: string;
  readonly to: string;
  readonly message: OutgoingMessage;
}

function publishing(answer: (signal: AbortSignal) => Promise<string> | string) {
  const sent: Sent[] = [];
  return {
    sent,
    brokers: ['shop'],
    project: 'test',
    publish: () => Promise.resolve(),
    async request(broker: string, to: string, message: OutgoingMessage, signal: AbortSignal) {
      sent.push({ broker, to, message });
      return { contentType: undefined, body: Buffer.from(await answer(signal)) };
    },
  };
}

const calling = (answer: string) => call({ agents: [agent], deps: { publishing: publishing(() => answer) } });

describe('an agent behind a queue', () => {
  test('sends its input as a CloudEvent whose id is the idempotency key of the call', async () => {
    const deps = { publishing: publishing(() => '{"data":{"score":7}}') };
    const request = { input: { text: 'a' }, item: 3, idempotencyKey: 'run-1/a/3', timeoutMs: 5_000 };
    const reply = await call({ agents: [agent], request, deps });
    expect(reply.output).toEqual({ score: 7 });
    const [{ broker, to, message } = {} as Sent] = deps.publishing.sent;
    expect([broker, to, message.id, message.contentType]).toEqual([
      'shop',
      'scores',
      'run-1/a/3',
      'application/cloudevents+json',
    ]);
    const event = JSON.parse(Buffer.from(message.body).toString()) as Record<string, unknown>;
    expect(event).toMatchObject({
      ...{ specversion: '1.0', id: 'run-1/a/3', source: '/baton/test/run-1', type: 'score', subject: 'a/3' },
      ...{ run: 'run-1', attempt: 1, datacontenttype: 'application/json', data: { text: 'a' } },
    });
    expect(Date.parse(String(event['expirytime'])) - Date.parse(String(event['time']))).toBe(5_000);
  });

  test.each([
    ['not json', /expected JSON, got "not json"/],
    ['{"score":7}', /expected \{ "data": … \} or \{ "error": .*, got \{"score":7\}/],
    ['[1]', /expected \{ "data"/],
    ['{"data":1,"error":{"message":"x"}}', /data/],
    ['{"error":"bad"}', /error: expected object, got "bad"/],
    ['{"error":{"message":"bad","retriable":true}}', /retriable.*did you mean "?retryable/],
    ['{"data":9007199254740993}', /expected a number that JavaScript can hold.*bigNumbers: text/],
    ['', /expected JSON/],
  ])('a reply %s is InvalidOutput', async (answer, message) => {
    const failure = await failureOf(calling(answer));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/^the reply from "scores" of broker "shop"/);
  });

  test('an error of the consumer is retried, unless it says that another attempt does not help', async () => {
    const again = await failureOf(calling('{"error":{"message":"no model","type":"Busy","retryAfterMs":1500}}'));
    expect(again).toMatchObject({ type: 'AgentFailed', nonRetryable: false, delayMs: 1500 });
    expect(again.message).toBe('the reply from "scores" of broker "shop" is an error: Busy: no model');
    expect(again.detail.details).toEqual({ type: 'Busy' });
    const never = await failureOf(calling('{"error":{"message":"no text","retryable":false}}'));
    expect(never).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
  });

  test.each([
    [{ isUnsent: true }, 'Unreachable'],
    [{}, 'NoAnswer'],
    [{ isPermanent: true }, 'AgentRefused'],
  ])('a broker error %j is %s', async (options, type) => {
    const deps = { publishing: publishing(() => Promise.reject(new BrokerError('away', options))) };
    expect(await failureOf(call({ agents: [agent], deps }))).toMatchObject({ type, message: 'away' });
  });

  test('a call that times out stops waiting, and is Timeout', async () => {
    let signalled: AbortSignal | undefined;
    const deps = {
      publishing: publishing((signal) => {
        signalled = signal;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      }),
    };
    const failure = await failureOf(call({ agents: [agent], request: { timeoutMs: 20 }, deps }));
    expect(failure.type).toBe('Timeout');
    expect(signalled?.aborted).toBe(true);
  });

  test('a worker without the broker says which ones it has', async () => {
    const deps = { publishing: { ...publishing(() => '{}'), brokers: ['bus'] } };
    const failure = await failureOf(call({ agents: [agent], deps }));
    expect(failure.type).toBe('BrokerNotHere');
    expect(failure.message).toContain('has no broker "shop": it has bus');
    expect((await failureOf(call({ agents: [agent] }))).type).toBe('BrokerNotHere');
  });

  test('is made of data, and its version depends on its queue', () => {
    const made = agentFromData({ kind: 'queue', type: 'score', broker: 'shop', requests: 'scores' });
    expect(made).toMatchObject({ kind: 'queue', requests: { broker: 'shop', to: 'scores' }, version: agent.version });
    const other = agentFromData({ kind: 'queue', type: 'score', broker: 'shop', requests: 'others' });
    expect(other.version).not.toBe(agent.version);
    expect(() => agentFromData({ kind: 'queue', type: 'score', broker: 'shop' })).toThrow(
      /requests: expected string, got nothing/,
    );
    expect(() => agentFromData({ kind: 'queue', type: 'score', broker: '', requests: 'x' })).toThrow(/broker: /);
  });

  test('a reply above the limit is OutputTooLarge', () => {
    const redactor = { redact: (text: string) => text };
    const body = Buffer.alloc(200_000, 32);
    const options = { where: 'the reply', bigNumbers: 'refuse', redactor, maxBytes: 1_000 } as const;
    expect(() => readReply(body, options)).toThrow('the reply has 200000 bytes, more than 66536');
  });
});
