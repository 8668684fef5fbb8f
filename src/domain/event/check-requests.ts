// Finds agents behind queues whose broker is unknown, or whose requests cannot be sent, before any call needs them.
import type { Agent } from '../agent/agent.js';
import { didYouMean, shown, withHint } from '../problem.js';
import type { BrokerSettings } from './broker-settings.js';
import { destinationFault } from './destination.js';

/** One line for each: `agent "x": broker: expected the name of a broker, got "y"; …`. */
export function refusedRequests(
  agents: readonly Pick<Agent, 'type' | 'requests'>[],
  brokers: readonly BrokerSettings[],
): string[] {
  return agents.flatMap(({ type, requests }) => {
    const fault = requests === undefined ? undefined : requestsFault(requests, brokers);
    return fault === undefined ? [] : [`agent ${JSON.stringify(type)}: ${fault}`];
  });
}

function requestsFault(
  { broker: name, to }: NonNullable<Agent['requests']>,
  brokers: readonly BrokerSettings[],
): string | undefined {
  const broker = brokers.find((one) => one.name === name);
  if (broker === undefined) {
    const names = brokers.map((one) => one.name);
    const known = names.length === 0 ? 'the configuration has no brokers' : `brokers: ${names.join(', ')}`;
    return withHint(`broker: expected the name of a broker, got ${shown(name)}`, didYouMean(name, names) ?? known);
  }
  const fault = destinationFault(broker.kind, to);
  return fault === undefined
    ? undefined
    : `requests: ${fault}, because broker ${name} is of kind ${broker.kind}, got ${shown(to)}`;
}
