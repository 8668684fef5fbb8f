// The settings of an agent of the kind `temporal`, in addition to those of every agent.
import { z } from 'zod';
import { AgentSettings, TaskQueue } from '../../../domain/agent/agent.js';
import { SecretSetting } from '../../../domain/secret.js';

export const TemporalAgentSettings = AgentSettings.omit({ taskQueue: true }).extend({
  /** The type of the Workflow. */
  workflow: z.string().min(1).max(1000),
  /** The Task Queue of its workers. */
  taskQueue: TaskQueue,
  /** Default: that of the worker, or `default` with an `address`. */
  namespace: z.string().min(1).optional(),
  /** `host:port` of another server. Default: the server of the worker. */
  address: z
    .string()
    .regex(/^[^\s/]+:\d+$/, 'expected HOST:PORT')
    .optional(),
  /** With `address`: the API key of that server, which is then reached by TLS. */
  apiKey: SecretSetting.optional(),
  /** With `address`: reach the server by TLS. Default: if there is an API key. */
  tls: z.boolean().optional(),
});
export type TemporalAgentSettings = z.infer<typeof TemporalAgentSettings>;
