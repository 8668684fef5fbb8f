// What a person does in Airflow: starts a run of a DAG, waits until it has ended, and looks at an XCom.
import { setTimeout as pause } from 'node:timers/promises';

/** How long Airflow may take to read the files of new DAGs, and to run one of these. */
const PATIENCE_MS = 240_000;
const POLL_MS = 500;

export async function openAirflow(url, user) {
  /** Tokens may expire within seconds, so each request has its own. Resolves with `undefined` for what is not there. */
  const request = async (method, path, body) => {
    const { access_token: token } = await fetchJson(`${url}/auth/token`, 'POST', {}, user);
    return await fetchJson(`${url}/api/v2/${path}`, method, { authorization: `Bearer ${token}` }, body);
  };
  return {
    /** Until Airflow has read the files of these DAGs. */
    async untilKnown(...dags) {
      for (const dag of dags)
        await until(`it has the DAG ${dag}`, async () => ((await request('GET', `dags/${dag}`)) ? true : undefined));
    },
    async start(dag, conf) {
      const { dag_run_id: id } = await request('POST', `dags/${dag}/dagRuns`, { logical_date: null, conf });
      return `dags/${dag}/dagRuns/${encodeURIComponent(id)}`;
    },
    /** Resolves with `success` or `failed`. */
    untilEnded: (dagRun) =>
      until(`${dagRun} has ended`, async () => {
        const { state } = await request('GET', dagRun);
        return state === 'success' || state === 'failed' ? state : undefined;
      }),
    /** What a task has returned. */
    async xcom(dagRun, task) {
      return (await request('GET', `${dagRun}/taskInstances/${task}/xcomEntries/return_value`))?.value;
    },
  };
}

async function fetchJson(url, method, headers, body) {
  const response = await fetch(url, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 404) return undefined;
  const text = await response.text();
  if (!response.ok) throw new Error(`Airflow: ${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

async function until(what, look) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(POLL_MS)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`Airflow: waited ${PATIENCE_MS / 1000} s, and not: ${what}`);
}
