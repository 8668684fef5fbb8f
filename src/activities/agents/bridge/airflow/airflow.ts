// A DAG of Airflow 3 as an agent: the input of the task is the `conf` of a DAG run, the output is what one of its tasks has left as XCom.
import { z } from 'zod';
import { AgentSettings, type AgentContext } from '../../../../domain/agent/agent.js';
import { HttpUrl } from '../../../../domain/http-url.js';
import { isRecord } from '../../../../domain/json/own-property.js';
import { AgentError } from '../../../errors/agent-error.js';
import { bridgeAgent, type Bridge } from '../bridge-agent.js';
import type { JobRef, JobSystem } from '../job-system.js';
import { AirflowAuth, openAirflowApi, secretsOfAuth } from './api.js';
import { dagRunWatch, hasRunningTask, stateOf } from './watch.js';
import { collectXcom } from './xcom.js';

/**
 * How long a task may still work after its state was changed: Airflow kills it at its next heartbeat, after at most 5 s, and gives it 5 s to
 * end. Its state shows nothing of that.
 */
const KILL_MS = 12_000;

export const AirflowSettings = AgentSettings.extend({
  /** The address of the API server, without `/api/v2`. */
  url: HttpUrl,
  /** The id of the DAG. */
  dag: z.string().min(1).max(250),
  auth: AirflowAuth,
  /** Whose XCom the output is: `TASK` is what the task has returned, `TASK.KEY` what it has pushed. Without it, the output is `null`. */
  result: z.string().min(1).optional(),
});
export type AirflowSettings = z.infer<typeof AirflowSettings>;

const bridge: Bridge<typeof AirflowSettings> = {
  kind: 'airflow',
  settings: AirflowSettings,
  secrets: ({ auth }) => secretsOfAuth(auth),
  open: openAirflow,
};

/** Makes an agent of a DAG. */
export const airflowAgent = bridgeAgent(bridge);

export async function openAirflow(settings: AirflowSettings, context: AgentContext): Promise<JobSystem> {
  const { url, dag, auth, result } = settings;
  const where = `Airflow at ${new URL(url).origin}`;
  const api = await openAirflowApi({ url, auth, where }, context);
  const pages = `${url.replace(/\/$/, '')}/dags/${encodeURIComponent(dag)}`;
  const dagPath = `dags/${encodeURIComponent(dag)}`;
  const runs = `${dagPath}/dagRuns`;
  const runPath = (id: string) => `${runs}/${encodeURIComponent(id)}`;
  const refOf = (id: string): JobRef => ({ id, link: `${pages}/runs/${encodeURIComponent(id)}` });
  const refused = (reason: string) => new AgentError(`${where} ${reason}`, { type: 'AgentRefused' });
  const stateOfRun = (id: string, signal: AbortSignal) => stateOf(api, where, runPath(id), signal);
  const look = dagRunWatch({ api, where, dag, dagPath, pages, runPath });
  let worksUntil = 0;
  return {
    where,
    close: api.close,
    async submit(name, input, signal) {
      const body = { dag_run_id: name, logical_date: null, conf: confOf(input, where), note: noteOf(context) };
      const accepts = [400, 403, 404, 409];
      const answer = await api.request({ method: 'POST', path: runs, body, signal, accepts });
      switch (answer.status) {
        case 400:
          throw refused(
            `does not accept the input as conf of the DAG ${JSON.stringify(dag)}: ${detailOf(answer.body)}`,
          );
        case 403:
          throw refused(`does not allow this user to start runs of the DAG ${JSON.stringify(dag)}`);
        case 404:
          throw refused(`has no DAG ${JSON.stringify(dag)}: correct dag, or look for errors of its import there`);
        case 409:
          if ((await stateOfRun(name, signal)) !== undefined) break;
          throw refused(`did not start the DAG run ${name}: ${detailOf(answer.body)}`);
      }
      return refOf(name);
    },
    async find(name, signal) {
      return (await stateOfRun(name, signal)) === undefined ? undefined : refOf(name);
    },
    look: async (job, options) => (performance.now() < worksUntil ? { state: 'running' } : await look(job, options)),
    async collect({ id }, signal) {
      if (result === undefined) return null;
      const { redactor } = context;
      return await collectXcom({ api, where, dagPath, runPath: runPath(id), result, signal, redactor });
    },
    async cancel({ id }, signal) {
      // The same request would also change the state of a run that has ended.
      const state = await stateOfRun(id, signal);
      if (state !== 'queued' && state !== 'running') return;
      const isAtWork = await hasRunningTask(api, where, runPath(id), signal);
      const path = `${runPath(id)}?update_mask=state`;
      await api.request({ method: 'PATCH', path, body: { state: 'failed' }, signal, accepts: [404] });
      if (isAtWork) worksUntil = performance.now() + KILL_MS;
    },
  };
}

function confOf(input: unknown, where: string): Readonly<Record<string, unknown>> {
  if (input === null || input === undefined) return {};
  if (isRecord(input)) return input;
  const message = `${where}: expected an object as input, for the conf of a DAG run, got ${JSON.stringify(input)}`;
  throw new AgentError(message, { type: 'InvalidInput' });
}

const noteOf = ({ correlation: { run, task } }: AgentContext): string =>
  `Started by task ${task} of run ${run} of Baton.`;

const Detail = z.object({ detail: z.unknown() });

function detailOf(body: unknown): string {
  const detail = Detail.safeParse(body).data?.detail;
  return typeof detail === 'string' ? detail : JSON.stringify(detail ?? body);
}
