// A Workflow of any language, on another Task Queue, namespace or server, as an agent: the input of the task is its argument, its result is
// the output.
import { bridgeAgent, type Bridge } from './bridge-agent.js';
import { TemporalAgentSettings } from './temporal-settings.js';

const bridge: Bridge<typeof TemporalAgentSettings> = {
  kind: 'temporal',
  settings: TemporalAgentSettings,
  // Here it is the queue of the Workflow, not that of the agent.
  redefines: ['taskQueue'],
  secrets: ({ apiKey }) => (apiKey === undefined ? [] : [{ what: 'apiKey', source: apiKey }]),
  check: ({ address, apiKey, tls }) =>
    address === undefined && (apiKey !== undefined || tls !== undefined)
      ? [
          `${apiKey === undefined ? 'tls' : 'apiKey'}: expected an address as well, because the server of the worker needs none`,
        ]
      : [],
  // Temporal's client is loaded with the first call.
  open: async (settings, context) => (await import('./temporal-jobs.js')).openTemporal(settings, context),
};

/** Makes an agent of a Workflow type. */
export const temporalAgent = bridgeAgent(bridge);
