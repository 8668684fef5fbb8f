// Reads a run once for a page that is kept in a file, with the values of its tasks, cut.
import { readCallInput, readCalls, type CallRecord } from '../../client/calls/read-calls.js';
import { waitingForAttempt } from '../../client/pending-activities.js';
import type { RunHandle } from '../../client/run-handle.js';
import { shownValue } from '../../domain/picture/shown-value.js';
import type { RunResult } from '../../domain/run/result.js';
import type { Io } from '../terminal/io.js';
import type { RunPage, TaskFacts } from '../picture/html/run-page.js';
import type { LoadedConfig } from '../session/load-config.js';
import type { Session } from '../session/session.js';
import { createReadAttempts } from './read-attempts.js';
import { readReport } from './report-run.js';
import { makeRunPage } from './run-page.js';
import { createSubPictures } from './sub-pictures.js';

/** Of an input or an output, in characters. */
const VALUE_LENGTH = 3_000;
/** Of all values of a page. Tasks that do not fit have none. */
const PAGE_LENGTH = 2_000_000;

export const agentKindsOf = (config: LoadedConfig | undefined): ReadonlyMap<string, string> | undefined =>
  config === undefined ? undefined : new Map(config.agents.map(({ type, kind }) => [type, kind]));

export async function readRunPage(
  io: Io,
  run: RunHandle,
  session: Session,
  config: LoadedConfig | undefined,
): Promise<RunPage> {
  const { client } = session.baton;
  const report = await readReport(io, run.id, session);
  const calls = await readCalls(client, run.id, { waits: false });
  const agentKinds = agentKindsOf(config);
  const insides = await createSubPictures(session, agentKinds).read(run.id, report.result, calls);
  const description = await run.describe();
  const retrying = new Set(waitingForAttempt(description));
  const attempts = await createReadAttempts(session)(calls, description);
  const page = makeRunPage({ ...report, calls, attempts, insides, agentKinds, retrying });
  return { ...page, facts: await withValues(session, page.facts, report.result, calls) };
}

/** The call whose input is the input of its task. */
export const mainCall = (calls: readonly CallRecord[], task: string): CallRecord | undefined =>
  calls.find((call) => call.task === task && call.item === undefined && call.suffix !== 'compensate');

async function withValues(
  { baton }: Session,
  facts: RunPage['facts'],
  { tasks }: RunResult,
  calls: readonly CallRecord[],
): Promise<RunPage['facts']> {
  let left = PAGE_LENGTH;
  const shown = (value: unknown): TaskFacts['input'] => {
    if (value == null || left <= 0) return undefined;
    const one = shownValue(value, VALUE_LENGTH);
    left -= one.text.length;
    return one;
  };
  const result = new Map<string, TaskFacts>();
  for (const [id, task] of facts) {
    const call = left > 0 ? mainCall(calls, id) : undefined;
    const input = call === undefined ? undefined : await readCallInput(baton.client, call);
    result.set(id, { ...task, input: shown(input), output: shown(tasks[id]?.output) });
  }
  return result;
}
