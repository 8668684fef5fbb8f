// An agent behind a queue: any consumer, in any language. The input is sent as a request to a broker, the reply comes back with its
// correlation id. docs/agents.md describes both messages.
import { z } from 'zod';
import { AgentSettings, type Agent, type AgentSchema } from '../../../domain/agent/agent.js';
import { BrokerName } from '../../../domain/event/broker-settings.js';
import { defined } from '../../../domain/json/defined.js';
import { AgentError } from '../../errors/agent-error.js';
import { BigNumbersSetting } from '../big-numbers.js';
import { parseSettings } from '../definition.js';
import { agentVersion } from '../version.js';
import { readReply } from './read-reply.js';

/** The settings of an agent behind a queue in a data file, in addition to those of every agent. */
export const QueueSettings = AgentSettings.extend({
  /** The name of a broker of the configuration. */
  broker: BrokerName,
  /** The stream, queue or topic to which requests are sent; for RabbitMQ also `exchange/routing.key`. */
  requests: z.string().min(1).max(512),
  /** Numbers that JavaScript cannot hold: `refuse` (default) fails the call with `InvalidOutput`, `text` makes each a string. */
  bigNumbers: BigNumbersSetting.optional(),
});
export type QueueSettings = z.infer<typeof QueueSettings>;

export interface QueueAgentOptions<I, O> extends QueueSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
}

/** Makes an agent of the consumers of a queue. Throws an `AgentDefinitionError` if the settings are wrong. */
export function queueAgent<I = unknown, O = unknown>(options: QueueAgentOptions<I, O>): Agent<I, O> {
  const { input, output, ...data } = options;
  const parsed = parseSettings(QueueSettings, data);
  const { broker, requests: to, bigNumbers = 'refuse', ...settings } = parsed;
  return {
    ...settings,
    kind: 'queue',
    version: agentVersion(parsed, { input, output }),
    ...defined({ input, output }),
    requests: { broker, to },
    async run(given, { request, redactor, maxOutputBytes }) {
      if (request === undefined)
        throw new AgentError(`the worker has no brokers, so it cannot send a request to broker "${broker}"`, {
          type: 'BrokerNotHere',
        });
      const reply = await request({ broker, to, data: given });
      const where = `the reply from ${JSON.stringify(to)} of broker "${broker}"`;
      const answer = readReply(reply.body, { where, bigNumbers, redactor, maxBytes: maxOutputBytes });
      // Its type is checked by the caller, against the schema of the output.
      return answer as O;
    },
  };
}
