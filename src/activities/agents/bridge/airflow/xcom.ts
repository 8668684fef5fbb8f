// The output of a DAG run: one XCom.
import { z } from 'zod';
import type { Redactor } from '../../../../domain/secret.js';
import { AgentError } from '../../../errors/agent-error.js';
import { readAnswer } from '../../http/read-answer.js';
import { readAs, type AirflowApi } from './api.js';

export interface Wanted {
  readonly api: AirflowApi;
  readonly where: string;
  readonly dagPath: string;
  readonly runPath: string;
  /** `TASK` or `TASK.KEY`. */
  readonly result: string;
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
}

const RETURN_VALUE = 'return_value';
const TEXT = { charset: undefined, isCut: false };
const Entry = z.object({ value: z.unknown() });
const TaskResults = z.object({ results: z.record(z.string(), z.unknown()).optional() });

export async function collectXcom(wanted: Wanted): Promise<unknown> {
  const { task, key } = partsOf(wanted.result);
  return key === RETURN_VALUE ? await returned(wanted, task) : await pushed(wanted, task, key);
}

/** A task in a group has a dot in its id: then the key is given, too (`group.task.return_value`). */
function partsOf(result: string): { readonly task: string; readonly key: string } {
  const dot = result.lastIndexOf('.');
  return dot <= 0 ? { task: result, key: RETURN_VALUE } : { task: result.slice(0, dot), key: result.slice(dot + 1) };
}

/**
 * What the task has returned; of a mapped task a list of what its instances have returned. The request waits for the end of the DAG run,
 * which has ended.
 */
async function returned(wanted: Wanted, task: string): Promise<unknown> {
  const { api, where, runPath, signal, redactor } = wanted;
  const { body } = await api.request({ path: `${runPath}/wait?interval=1&result=${encodeURIComponent(task)}`, signal });
  const what = `${where}: GET wait`;
  // One line for each state that the request has seen.
  const bytes = Buffer.from(String(body).trimEnd().split('\n').at(-1) ?? '');
  const last = readAnswer({ where: what, format: 'json', bigNumbers: 'refuse', redactor }, { ...TEXT, bytes });
  const value = readAs(TaskResults, last, what).results?.[task] ?? null;
  // A task that returns nothing has no XCom, like one that does not exist.
  if (value === null && !(await hasTask(wanted, task)))
    throw noXcom(wanted, `its DAG has no task ${JSON.stringify(task)}`);
  return value;
}

async function pushed(wanted: Wanted, task: string, key: string): Promise<unknown> {
  const { api, where, runPath, signal } = wanted;
  const path = `${runPath}/taskInstances/${encodeURIComponent(task)}/xcomEntries/${encodeURIComponent(key)}`;
  const answer = await api.request({ path, signal, accepts: [404] });
  if (answer.status !== 404) return readAs(Entry, answer.body, `${where}: GET xcomEntries`).value;
  if (!(await hasTask(wanted, task))) throw noXcom(wanted, `its DAG has no task ${JSON.stringify(task)}`);
  throw noXcom(wanted, `its task ${JSON.stringify(task)} has pushed nothing with the key ${JSON.stringify(key)}`);
}

async function hasTask({ api, dagPath, signal }: Wanted, task: string): Promise<boolean> {
  const answer = await api.request({ path: `${dagPath}/tasks/${encodeURIComponent(task)}`, signal, accepts: [404] });
  return answer.status !== 404;
}

const noXcom = ({ where, result }: Wanted, why: string): AgentError =>
  new AgentError(
    `${where}: the DAG run has succeeded, but ${why}: correct result, which is ${JSON.stringify(result)}`,
    {
      type: 'InvalidOutput',
    },
  );
