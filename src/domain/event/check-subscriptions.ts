// What the schema of subscriptions cannot express: which settings belong together, which broker exists, whether expressions parse.
import { didYouMean, shown, withHint, type Path } from '../problem.js';
import { stringsIn } from '../expression/template.js';
import { expressionSource } from '../expression/expression.js';
import type { BrokerSettings } from './broker-settings.js';
import { expressionFault } from './expression-fault.js';
import { PLACE_OF_KIND, type SubscriptionSettings, type SubscriptionSource } from './subscription.js';

export interface SubscriptionProblem {
  readonly path: Path;
  readonly message: string;
}

export function checkBrokers(brokers: readonly BrokerSettings[]): SubscriptionProblem[] {
  return repeated(brokers.map(({ name }) => name)).map(({ index, first, value }) => ({
    path: ['brokers', index, 'name'],
    message: `expected a name of its own, got ${shown(value)}, which brokers[${first}] has`,
  }));
}

export function checkSubscriptions(
  subscriptions: readonly SubscriptionSettings[],
  brokers: readonly BrokerSettings[],
): SubscriptionProblem[] {
  const names = repeated(subscriptions.map(({ name }) => name)).map(({ index, first, value }) => ({
    path: ['subscriptions', index, 'name'],
    message: `expected a name of its own, got ${shown(value)}, which subscriptions[${first}] has`,
  }));
  const paths = repeated(subscriptions.map(({ from }) => from.webhook?.path)).map(({ index, first, value }) => ({
    path: ['subscriptions', index, 'from', 'webhook', 'path'],
    message: `expected a path of its own, got ${shown(value)}, which subscriptions[${first}] has`,
  }));
  const own = subscriptions.flatMap((subscription, index) =>
    checkSubscription(subscription, brokers).map(({ path, message }) => ({
      path: ['subscriptions', index, ...path],
      message,
    })),
  );
  return [...names, ...paths, ...own];
}

function checkSubscription(settings: SubscriptionSettings, brokers: readonly BrokerSettings[]): SubscriptionProblem[] {
  const { from, start, deliver, deadLetter } = settings;
  const both = start !== undefined && deliver !== undefined;
  const neither = start === undefined && deliver === undefined;
  return [
    ...(both || neither
      ? [{ path: [], message: `expected either "start" or "deliver", got ${both ? 'both' : 'neither'}` }]
      : []),
    ...checkSource(from, brokers).map(({ path, message }) => ({ path: ['from', ...path], message })),
    ...(deadLetter !== undefined && from.webhook !== undefined
      ? [{ path: ['deadLetter'], message: 'a webhook has no dead letters: its sender gets the answer' }]
      : []),
    ...checkExpressions(settings),
  ];
}

function checkSource(from: SubscriptionSource, brokers: readonly BrokerSettings[]): SubscriptionProblem[] {
  const { broker: name, webhook, ...places } = from;
  const given = Object.entries(places).flatMap(([place, value]) => (value === undefined ? [] : [place]));
  if (webhook !== undefined) {
    if (webhook.signature !== undefined && webhook.secret !== undefined)
      return [{ path: ['webhook'], message: 'expected "signature" or "secret", got both' }];
    const also = [...(name === undefined ? [] : ['broker']), ...given];
    return also.length === 0
      ? []
      : [{ path: [], message: `expected "webhook" alone, got ${also.map((key) => shown(key)).join(' and ')} too` }];
  }
  if (name === undefined) return [{ path: [], message: 'expected "broker" or "webhook", got neither' }];
  const broker = brokers.find((one) => one.name === name);
  if (broker === undefined) {
    const names = brokers.map((one) => one.name);
    const known = names.length === 0 ? 'the configuration has no brokers' : `brokers: ${names.join(', ')}`;
    const message = withHint(`expected the name of a broker, got ${shown(name)}`, didYouMean(name, names) ?? known);
    return [{ path: ['broker'], message }];
  }
  const expected = PLACE_OF_KIND[broker.kind];
  if (given.length === 1 && given[0] === expected) return [];
  const got =
    given.length === 0 ? 'neither a stream, a queue nor a topic' : given.map((key) => shown(key)).join(' and ');
  return [
    { path: [], message: `expected "${expected}", because broker ${name} is of kind ${broker.kind}, got ${got}` },
  ];
}

function checkExpressions({ when, start, deliver }: SubscriptionSettings): SubscriptionProblem[] {
  const isText = when !== undefined && expressionSource(when) === undefined;
  const condition = isText ? [{ path: ['when'], message: `expected an expression, {% … %}, got ${shown(when)}` }] : [];
  const { plan: _, onConflict: __, ...started } = start ?? {};
  const templates: [Path, unknown][] = [
    [['when'], when],
    ...Object.entries(started).map(([key, value]): [Path, unknown] => [['start', key], value]),
    ...Object.entries(deliver ?? {}).map(([key, value]): [Path, unknown] => [['deliver', key], value]),
  ];
  const faults = templates.flatMap(([at, value]) =>
    stringsIn(value, at).flatMap(({ text, path }) => {
      const message = expressionFault(text);
      return message === undefined ? [] : [{ path, message }];
    }),
  );
  return [...condition, ...faults];
}

interface Repeated {
  readonly index: number;
  readonly first: number;
  readonly value: string;
}

function repeated(values: readonly (string | undefined)[]): Repeated[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    return value === undefined || first === index ? [] : [{ index, first, value }];
  });
}
