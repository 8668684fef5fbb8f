// The output of a flow run. The API of Prefect does not serve results, only where they are stored; artifacts it does serve.
import { readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import { z } from 'zod';
import type { AgentContext } from '../../../../domain/agent/agent.js';
import { AgentError } from '../../../errors/agent-error.js';
import { messageOf } from '../../../errors/truncate-error.js';
import { readAnswer } from '../../http/read-answer.js';
import type { PrefectApi } from './api.js';
import type { State } from './state.js';

const Artifacts = z.array(z.object({ data: z.unknown() }));

export interface WantedArtifact {
  readonly api: PrefectApi;
  readonly id: string;
  readonly key: string;
  readonly signal: AbortSignal;
  readonly context: AgentContext;
}

/** Text that is JSON becomes the value; other text remains text. */
export async function artifactOf({ api, id, key, signal, context }: WantedArtifact): Promise<unknown> {
  const body = {
    artifacts: { flow_run_id: { any_: [id] }, key: { any_: [key] } },
    sort: 'CREATED_DESC',
    limit: 1,
  };
  const { answer } = await api.request(Artifacts, { method: 'POST', path: 'artifacts/filter', body, signal });
  if (answer[0] === undefined) {
    const text = `${api.where}: the flow run has completed, but has no artifact ${JSON.stringify(key)}: correct result.artifact`;
    throw new AgentError(text, { type: 'InvalidOutput' });
  }
  const { data } = answer[0];
  return typeof data === 'string' && isJson(data)
    ? json(`${api.where}: artifact ${key}`, Buffer.from(data), context)
    : (data ?? null);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the state of a flow run has as `data`, if its result was stored. */
const Stored = z.object({ storage_key: z.string(), serializer: z.object({ type: z.string() }) });

export interface WantedResult {
  readonly where: string;
  readonly state: State | null;
  readonly directory: string;
  readonly context: AgentContext;
}

export async function storedResult({ where, state, directory, context }: WantedResult): Promise<unknown> {
  const { data } = Stored.safeParse(state?.data);
  if (data === undefined)
    throw invalid(`${where}: the flow run has stored no result: set persist_result=True on the flow`);
  const { storage_key: key, serializer } = data;
  if (serializer.type !== 'json')
    throw invalid(`${where}: the result is stored as ${serializer.type}: set result_serializer="json" on the flow`);
  const file = fileOf(directory, key);
  if (file === undefined) throw invalid(`${where}: the result ${JSON.stringify(key)} is not in ${directory}`);
  const what = `${where}: the result in ${file}`;
  const bytes = await stat(file).then(
    ({ size }) => size,
    (error: unknown) => {
      throw new AgentError(`${what} cannot be read: correct result.storage: ${messageOf(error)}`, {
        type: 'InvalidOutput',
      });
    },
  );
  if (bytes > context.maxOutputBytes)
    throw new AgentError(`${what} has ${bytes} bytes; the most is ${context.maxOutputBytes}`, {
      type: 'OutputTooLarge',
    });
  return json(what, await readFile(file), context);
}

/** Keys are relative to the storage, or absolute on the machine of the flow. `undefined` for one outside the directory. */
function fileOf(directory: string, key: string): string | undefined {
  const root = resolve(directory);
  const file = resolve(root, isAbsolute(key) ? basename(key) : key);
  return relative(root, file).startsWith('..') ? undefined : file;
}

const invalid = (message: string): AgentError => new AgentError(message, { type: 'InvalidOutput' });

const json = (where: string, bytes: Uint8Array, { redactor }: AgentContext): unknown =>
  readAnswer({ where, format: 'json', bigNumbers: 'refuse', redactor }, { bytes, charset: undefined, isCut: false });
