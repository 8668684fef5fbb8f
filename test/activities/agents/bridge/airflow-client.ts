// What a person or another program does in Airflow, for tests.
import { AIRFLOW_USERS } from '../../../../scripts/systems/airflow.js';

export interface Airflow {
  /** Throws if there is no such DAG run. */
  run(this: void, dag: string, id: string): Promise<unknown>;
  find(this: void, dag: string, id: string): Promise<unknown>;
  /** The process of a task at work. */
  pidOf(this: void, dag: string, id: string, task: string): Promise<number>;
  remove(this: void, dag: string, id: string): Promise<void>;
  /** Marks it as succeeded. */
  finish(this: void, dag: string, id: string): Promise<void>;
  approve(this: void, dag: string, id: string, task: string): Promise<void>;
  setPaused(this: void, dag: string, isPaused: boolean): Promise<void>;
}

export function airflowOf(url: string): Airflow {
  const send = async (method: string, path: string, body?: unknown, token?: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: token }) };
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const request = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const user = { username: 'admin', password: AIRFLOW_USERS.admin };
    const { access_token: token } = (await send('POST', '/auth/token', user)) as { access_token: string };
    return await send(method, `/api/v2/dags/${path}`, body, `Bearer ${token}`);
  };
  const run = (dag: string, id: string) => request('GET', `${dag}/dagRuns/${id}`);
  return {
    run,
    find: (dag, id) => run(dag, id).catch(() => undefined),
    pidOf: async (dag, id, task) => {
      const one = await request('GET', `${dag}/dagRuns/${id}/taskInstances/${task}`);
      return (one as { pid: number }).pid;
    },
    remove: async (dag, id) => void (await request('DELETE', `${dag}/dagRuns/${id}`)),
    finish: async (dag, id) =>
      void (await request('PATCH', `${dag}/dagRuns/${id}?update_mask=state`, { state: 'success' })),
    approve: async (dag, id, task) => {
      const answer = { chosen_options: ['Approve'], params_input: {} };
      await request('PATCH', `${dag}/dagRuns/${id}/taskInstances/${task}/-1/hitlDetails`, answer);
    },
    setPaused: async (dag, isPaused) =>
      void (await request('PATCH', `${dag}?update_mask=is_paused`, { is_paused: isPaused })),
  };
}
