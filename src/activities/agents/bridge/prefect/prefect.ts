// A deployment of Prefect 3 as an agent: the input of the task is the parameters of a flow run, the output is what it has left as an artifact
// or in its result storage, because the API has no results.
import { z } from 'zod';
import type { AgentContext } from '../../../../domain/agent/agent.js';
import { isRecord } from '../../../../domain/json/own-property.js';
import type { SecretUse } from '../../../../domain/secret.js';
import { AgentError } from '../../../errors/agent-error.js';
import { bridgeAgent, type Bridge } from '../bridge-agent.js';
import type { JobRef, JobSystem } from '../job-system.js';
import { openPrefectApi, type PrefectApi } from './api.js';
import { artifactOf, storedResult } from './result.js';
import { PrefectSettings } from './settings.js';
import { FlowRun, sightingOf, TERMINAL } from './state.js';

const bridge: Bridge<typeof PrefectSettings> = {
  kind: 'prefect',
  settings: PrefectSettings,
  check: ({ apiKey, auth }) =>
    apiKey !== undefined && auth !== undefined ? ['auth: expected either apiKey or auth, got both'] : [],
  secrets: ({ apiKey, auth }): readonly SecretUse[] => [
    ...(apiKey === undefined ? [] : [{ what: 'apiKey', source: apiKey }]),
    ...(auth === undefined ? [] : [{ what: 'auth.password', source: auth.password }]),
  ],
  open: openPrefect,
};

/** Makes an agent of a deployment. */
export const prefectAgent = bridgeAgent(bridge);

const Created = z.object({ id: z.string() });

export async function openPrefect(settings: PrefectSettings, context: AgentContext): Promise<JobSystem> {
  const { deployment, result } = settings;
  const api = await openPrefectApi(settings, context);
  const { where } = api;
  const refOf = (id: string): JobRef => ({ id, ...api.linkOf(id) });
  return {
    where,
    close: api.close,
    async submit(name, input, signal) {
      const id = await deploymentId(api, deployment, signal);
      const { answer } = await api.request(Created, {
        method: 'POST',
        path: `deployments/${id}/create_flow_run`,
        body: {
          name,
          idempotency_key: name,
          parameters: parametersOf(input, where),
          tags: ['baton'],
          // What the deployment begins with is not for runs that were requested.
          state: { type: 'SCHEDULED', message: messageOf(context) },
        },
        signal,
        refusals: {
          404: `has no deployment ${JSON.stringify(deployment)} any more`,
          409: `does not accept the input as parameters of ${JSON.stringify(deployment)}`,
        },
      });
      return refOf(answer.id);
    },
    async find(name, signal) {
      const body = { flow_runs: { idempotency_key: { any_: [name] } }, limit: 1 };
      const request = { method: 'POST', path: 'flow_runs/filter', body, signal } as const;
      const { answer } = await api.request(z.array(Created), request);
      return answer[0] === undefined ? undefined : refOf(answer[0].id);
    },
    async look({ id }, { signal }) {
      const { answer } = await api.request(FlowRun.nullable(), { path: `flow_runs/${id}`, signal, absent: true });
      return answer === null ? { state: 'lost' } : sightingOf(answer);
    },
    async collect({ id }, signal) {
      if (result === undefined) return null;
      if ('artifact' in result) return await artifactOf({ api, id, signal, key: result.artifact, context });
      const { answer } = await api.request(FlowRun, { path: `flow_runs/${id}`, signal });
      return await storedResult({ where, state: answer.state, directory: result.storage, context });
    },
    cancel: ({ id }, signal) => cancelRun(api, id, signal),
  };
}

async function deploymentId(api: PrefectApi, deployment: string, signal: AbortSignal): Promise<string> {
  const path = `deployments/name/${deployment.split('/').map(encodeURIComponent).join('/')}`;
  const refusals = { 404: `has no deployment ${JSON.stringify(deployment)}: correct deployment` };
  return (await api.request(Created, { path, signal, refusals })).answer.id;
}

const StateChange = z.object({
  status: z.string(),
  state: z.object({ type: z.string() }).nullish(),
  details: z.object({ reason: z.string().nullish() }).nullish(),
});

/** Whether the request was accepted is in the answer, not in its status. A run that has not begun is cancelled by a refusal. */
async function cancelRun(api: PrefectApi, id: string, signal: AbortSignal): Promise<void> {
  const body = { state: { type: 'CANCELLING', message: 'Cancelled by a run of Baton.' } };
  const path = `flow_runs/${id}/set_state`;
  const { answer } = await api.request(StateChange.nullable(), { method: 'POST', path, body, signal, absent: true });
  if (answer === null || answer.status === 'ACCEPT' || TERMINAL.has(answer.state?.type ?? '')) return;
  const reason = answer.details?.reason ?? answer.status;
  throw new AgentError(`${api.where} did not cancel the flow run ${id}: ${reason}`, { type: 'AgentFailed' });
}

function parametersOf(input: unknown, where: string): Readonly<Record<string, unknown>> {
  if (input === null || input === undefined) return {};
  if (isRecord(input)) return input;
  const message = `${where}: expected an object as input, for the parameters of a flow, got ${JSON.stringify(input)}`;
  throw new AgentError(message, { type: 'InvalidInput' });
}

const messageOf = ({ correlation: { run, task } }: AgentContext): string =>
  `Started by task ${task} of run ${run} of Baton.`;
