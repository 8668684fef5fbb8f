// An agent whose calls are made by other workers, in any language: a run schedules the activity `callAgent` on their Task Queue.
// docs/contracts describes the activity. The workers of this package make none of these calls, so what they do around a call cannot
// be declared here.
import { AgentSettings, TaskQueue, type Agent, type AgentSchema } from '../../../domain/agent/agent.js';
import { defined } from '../../../domain/json/defined.js';
import { AgentError } from '../../errors/agent-error.js';
import { AgentDefinitionError, agentName, parseSettings } from '../definition.js';

/** The settings of a remote agent in a data file, in addition to those of every agent. */
export const RemoteSettings = AgentSettings.extend({
  /** The Task Queue that the workers with this agent poll. */
  taskQueue: TaskQueue,
});
export type RemoteSettings = AgentSettings & { readonly taskQueue: string };

export interface RemoteAgentOptions<I, O> extends RemoteSettings {
  /** For planners and for the types of plans: the workers with the agent check its input and output themselves. */
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
}

const LIMIT_CALLS = 'limit the calls where the agent is served, in Python by serve(…, max_calls=…)';

/** The settings that workers of this package carry out, and what to do instead. */
const NOT_HERE: Readonly<Partial<Record<keyof AgentSettings, string>>> = {
  breaker: 'they have no circuit breakers, so give its tasks a fallback, or a retry with long pauses',
  pool: `they hold no leases, so ${LIMIT_CALLS}`,
  capacity: `they hold no leases, so ${LIMIT_CALLS}`,
  rateLimit: 'limit the rate where the agent is served, in Python by serve(…, max_calls_per_second=…)',
  cache: 'they keep no answers, so let the agent itself keep them',
};

/** Makes an agent of the workers of a Task Queue. Throws an `AgentDefinitionError` if the settings are wrong. */
export function remoteAgent<I = unknown, O = unknown>(options: RemoteAgentOptions<I, O>): Agent<I, O> {
  const { input, output, ...data } = options;
  const parsed = parseSettings(RemoteSettings, data);
  const { taskQueue } = parsed;
  const refused = Object.entries(NOT_HERE).flatMap(([key, instead]) =>
    Object.hasOwn(parsed, key) && parsed[key as keyof AgentSettings] !== undefined
      ? [
          `${agentName(options)}: ${key}: a remote agent cannot have it: the workers of Task Queue ${JSON.stringify(taskQueue)} make its calls; ${instead}`,
        ]
      : [],
  );
  if (refused.length > 0) throw new AgentDefinitionError(refused);
  return {
    ...parsed,
    kind: 'remote',
    isRemote: true,
    ...defined({ input, output }),
    run: () => Promise.reject(callOnWrongQueue(parsed)),
  };
}

/** A call that has reached a worker of this package: the run does not know where the agent is. */
export const callOnWrongQueue = ({ type, taskQueue }: Pick<Agent, 'type' | 'taskQueue'>): AgentError =>
  new AgentError(
    `agent ${JSON.stringify(type)} is remote, and only workers of Task Queue ${JSON.stringify(taskQueue)} have it; the run does not know that, because its client does not have the agent in its configuration`,
    { type: 'AgentNotHere' },
  );
