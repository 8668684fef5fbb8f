// What a wait for a person, a time or an event came to in an old run, if nothing has changed that it could depend on.
import { Context } from '@temporalio/activity';
import { canonicalJson } from '../domain/canonical-json.js';
import type { WithoutOutput } from '../domain/cone.js';
import { MESSAGES } from '../domain/messages.js';
import type { ReusePlace } from '../domain/reuse.js';
import type { RunResult } from '../domain/run-result.js';
import type { PastPlaces } from './past-places.js';
import type { PastRun, TemporalClient } from './past-run.js';

/** A query that nobody has answered by then finds no worker. */
const ANSWER_WITHIN_MS = 8_000;

export interface PastAnswerRequest {
  readonly place: ReusePlace;
  /** Of the run that asks. */
  readonly input: unknown;
  readonly task: string;
  /** As the plan now says it. */
  readonly definition: unknown;
  /** What else must be as it was. */
  readonly without: WithoutOutput;
}

export interface PastAnswer {
  /** Absent where there is none. */
  readonly found?: { readonly output: unknown };
}

export const createPastAnswer =
  (places: PastPlaces) =>
  async ({ place, input, task, definition, without }: PastAnswerRequest): Promise<PastAnswer> => {
    const { client } = Context.current();
    const { runs } = await places(client, place);
    const old = runs.find(({ started }) => started !== undefined && isSame(started.input ?? {}, input));
    if (old === undefined || !isSame(definitionIn(old, task), definition)) return {};
    const { tasks = {} } = (await resultOf(client, old)) ?? {};
    const wasSo = Object.entries(without).every(([need, how]) =>
      how === 'skipped' ? tasks[need]?.status === 'skipped' : tasks[need]?.items?.total === 0,
    );
    const was = tasks[task];
    if (!wasSo || was?.status !== 'succeeded' || was.omittedBytes !== undefined) return {};
    return { found: { output: was.output } };
  };

const isSame = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);

function definitionIn({ started }: PastRun, task: string): unknown {
  const tasks = (started?.plan as { tasks?: Readonly<Record<string, unknown>> } | undefined)?.tasks ?? {};
  return Object.hasOwn(tasks, task) ? tasks[task] : undefined;
}

/** A run that goes on is asked; where nobody answers for it, nothing is known. */
async function resultOf(client: TemporalClient, { id, result }: PastRun): Promise<RunResult | undefined> {
  if (result !== undefined) return result;
  const ask = () => client.workflow.getHandle(id).query<RunResult>(MESSAGES.snapshot);
  return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, ask).catch(() => undefined);
}
