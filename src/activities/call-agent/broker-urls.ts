// How an agent that speaks the protocol of a broker itself finds it.
import { BrokerError } from '../../domain/event/broker-error.js';
import type { AgentContext } from '../../domain/agent/agent.js';
import { AgentError } from '../errors/agent-error.js';
import { brokerNotHere, type Publishing } from '../publish.js';

export function brokerUrls(publishing: Publishing | undefined): AgentContext['brokerUrl'] {
  if (publishing?.url === undefined) return undefined;
  const { brokers, url } = publishing;
  return async (name) => {
    if (!brokers.includes(name)) throw brokerNotHere(name, brokers);
    try {
      return await url(name);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      throw new AgentError(error.message, { type: 'AgentRefused', cause: error });
    }
  };
}
