// Finds the answer to an approval, an event or a wait in an old run, if nothing that it could depend on has changed since.
import { Context } from '@temporalio/activity';
import { canonicalJson } from '../../domain/json/canonical.js';
import type { WithoutOutput } from '../../domain/progress/fork.js';
import { MESSAGES } from '../../domain/run/messages.js';
import type { ReuseSource } from '../../domain/call/reuse.js';
import type { RunResult } from '../../domain/run/result.js';
import type { ReadReferences } from '../read-references.js';
import type { FindPastRuns } from './find-past-runs.js';
import type { PastRun, TemporalClient } from './past-run.js';

/** A query that is not answered within this time has no worker to answer it. */
const QUERY_TIMEOUT_MS = 8_000;

export interface PastAnswerRequest {
  readonly place: ReuseSource;
  /** The input of the new run. */
  readonly input: unknown;
  readonly task: string;
  /** The definition of the task in the plan of the new run. */
  readonly definition: unknown;
  /** Tasks before it that have no output, and why: in the old run they must have none for the same reason. */
  readonly without: WithoutOutput;
}

export interface PastAnswer {
  /** Absent if the old run has no answer that can be used. */
  readonly found?: { readonly output: unknown };
}

export const createPastAnswer =
  (findPastRuns: FindPastRuns, read: ReadReferences) =>
  async ({ place, input: given, task, definition, without }: PastAnswerRequest): Promise<PastAnswer> => {
    const { client } = Context.current();
    const input = await read(given);
    const { runs } = await findPastRuns(client, place);
    const old = runs.find(({ started }) => started !== undefined && isSame(started.input ?? {}, input));
    if (old === undefined || !isSame(taskDefinition(old, task), definition)) return {};
    const { tasks = {} } = (await readResult(client, old)) ?? {};
    const hadNone = Object.entries(without).every(([need, how]) =>
      how === 'skipped' ? tasks[need]?.status === 'skipped' : tasks[need]?.items?.total === 0,
    );
    const was = tasks[task];
    if (!hadNone || was?.status !== 'succeeded' || was.omittedBytes !== undefined) return {};
    return { found: { output: was.output } };
  };

const isSame = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);

function taskDefinition({ started }: PastRun, task: string): unknown {
  const tasks = (started?.plan as { tasks?: Readonly<Record<string, unknown>> } | undefined)?.tasks ?? {};
  return Object.hasOwn(tasks, task) ? tasks[task] : undefined;
}

/** A run that has not ended is queried; `undefined` if no worker answers for it. */
async function readResult(client: TemporalClient, { id, result }: PastRun): Promise<RunResult | undefined> {
  if (result !== undefined) return result;
  const query = () => client.workflow.getHandle(id).query<RunResult>(MESSAGES.snapshot);
  return await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, query).catch(() => undefined);
}
