// A gateway in the process of a test, for one broker, stopped at the latest when the test is over.
import { inject, onTestFinished as onThisTestFinished } from 'vitest';
import type { Baton } from '../../src/client.js';
import type { BrokerSettings } from '../../src/domain/event/broker-settings.js';
import { SubscriptionSettings } from '../../src/domain/event/subscription.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import type { Counts } from '../../src/events/counts.js';
import { createGateway } from '../../src/events/gateway.js';

export interface TestGateway {
  /** What it has logged, without levels. */
  readonly said: readonly string[];
  counts(this: void, subscription: string): Counts;
  trouble(this: void, subscription: string): string | undefined;
  stop(this: void): Promise<void>;
  readonly ended: Promise<void>;
}

export interface TestGatewayOptions {
  readonly baton: Baton;
  readonly broker: BrokerSettings;
  readonly subscriptions: readonly { readonly settings: object; readonly plan?: Plan }[];
  /** The address of the server. */
  readonly address: string;
  readonly drainMs?: number;
  readonly inFlight?: number;
  /** That of the context of a test that runs at the same time as others. */
  readonly onTestFinished?: typeof onThisTestFinished;
}

export async function startGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const {
    baton,
    broker,
    subscriptions,
    address,
    drainMs = 5_000,
    inFlight,
    onTestFinished = onThisTestFinished,
  } = options;
  const said: string[] = [];
  const note = (message: string): void => void said.push(message);
  const gateway = await createGateway({
    baton,
    brokers: [broker],
    subscriptions: subscriptions.map(({ settings, ...rest }) => ({
      settings: SubscriptionSettings.parse(settings),
      ...rest,
    })),
    context: { readSecret: () => Promise.reject(new Error('this test has no secrets')), client: baton.client },
    server: { connectionOptions: { address }, namespace: 'default' },
    dataConverter: {},
    isEncrypted: false,
    project: 'test',
    codePath: inject('workflowBundle'),
    log: { debug: () => undefined, info: note, warn: note, error: note },
    ...(inFlight === undefined ? {} : { inFlight }),
  });
  const leave = new AbortController();
  const running = gateway.run(leave.signal, drainMs);
  const stop = async (): Promise<void> => {
    leave.abort();
    await running;
  };
  onTestFinished(stop);
  const stateOf = (name: string) => gateway.consumers.get(name)!.state;
  return {
    said,
    counts: (name) => stateOf(name).counts,
    trouble: (name) => stateOf(name).trouble,
    stop,
    ended: running,
  };
}
