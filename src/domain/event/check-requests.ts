// Finds agents whose broker is unknown or of another kind, or whose requests cannot be sent, before any call needs them.
import type { Agent } from '../agent/agent.js';
import { didYouMean, shown, withHint } from '../problem.js';
import type { BrokerSettings } from './broker-settings.js';
import { destinationFault } from './destination.js';

/** One line for each: `agent "x": broker: expected the name of a broker, got "y"; …`. */
export function refusedRequests(
  agents: readonly Pick<Agent, 'type' | 'requests' | 'speaksTo'>[],
  brokers: readonly BrokerSettings[],
): string[] {
  return agents.flatMap(({ type, requests, speaksTo }) => {
    const ofRequests = requests === undefined ? undefined : requestsFault(requests, brokers);
    const fault = ofRequests ?? (speaksTo === undefined ? undefined : kindFault(speaksTo, brokers));
    return fault === undefined ? [] : [`agent ${JSON.stringify(type)}: ${fault}`];
  });
}

function requestsFault(
  { broker: name, to }: NonNullable<Agent['requests']>,
  brokers: readonly BrokerSettings[],
): string | undefined {
  const broker = brokers.find((one) => one.name === name);
  if (broker === undefined) return unknownBroker(name, brokers);
  const fault = destinationFault(broker.kind, to);
  return fault === undefined
    ? undefined
    : `requests: ${fault}, because broker ${name} is of kind ${broker.kind}, got ${shown(to)}`;
}

function kindFault(
  { broker: name, kinds }: NonNullable<Agent['speaksTo']>,
  brokers: readonly BrokerSettings[],
): string | undefined {
  const broker = brokers.find((one) => one.name === name);
  if (broker === undefined) return unknownBroker(name, brokers);
  return kinds.includes(broker.kind)
    ? undefined
    : `broker: expected a broker of the kind ${kinds.join(' or ')}, got ${shown(name)} of the kind ${broker.kind}`;
}

function unknownBroker(name: string, brokers: readonly BrokerSettings[]): string {
  const names = brokers.map((one) => one.name);
  const known = names.length === 0 ? 'the configuration has no brokers' : `brokers: ${names.join(', ')}`;
  return withHint(`broker: expected the name of a broker, got ${shown(name)}`, didYouMean(name, names) ?? known);
}
