// How an agent behind a queue is called: its request is an event with the idempotency key of the call as its id.
import { BrokerError } from '../../domain/event/broker-error.js';
import { STRUCTURED_TYPE } from '../../domain/event/cloud-event.js';
import { requestEvent } from '../../domain/event/request-event.js';
import type { AgentContext } from '../../domain/agent/agent.js';
import { AgentError } from '../errors/agent-error.js';
import { brokerNotHere, type Publishing } from '../publish.js';
import type { AgentCall } from './stage.js';

type SendRequest = NonNullable<AgentContext['request']>;

export function requestSender(
  publishing: Publishing | undefined,
  { request, attempt, correlation }: Pick<AgentCall, 'request' | 'attempt' | 'correlation'>,
  signal: AbortSignal,
): SendRequest | undefined {
  if (publishing?.request === undefined) return undefined;
  const { brokers, project, request: send } = publishing;
  return async ({ broker, to, data }) => {
    if (!brokers.includes(broker)) throw brokerNotHere(broker, brokers);
    const event = requestEvent(request, data, { project, number: attempt.number, now: Date.now(), correlation });
    const message = {
      ...{ id: request.idempotencyKey, key: undefined, headers: {}, contentType: STRUCTURED_TYPE },
      body: Buffer.from(JSON.stringify(event)),
    };
    try {
      return await send(broker, to, message, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BrokerError)) throw error;
      const type = error.isPermanent ? 'AgentRefused' : error.isUnsent ? 'Unreachable' : 'NoAnswer';
      throw new AgentError(error.message, { type, cause: error.cause });
    }
  };
}
