// One line when a run starts, waits, fails or ends, also one that another process started.
import { setTimeout as delay } from 'node:timers/promises';
import type { Baton } from '../../client.js';
import type { RunSummary } from '../../client/list-runs.js';
import { formatDuration } from '../../domain/duration.js';
import { waitText } from '../../domain/run/waiting.js';
import { shellWord } from '../../domain/text/shell-word.js';
import { visibleLine } from '../../domain/text/visible.js';

const LOOK_MS = 1_000;
/** A run that is older than this many others is not looked at any more. */
const MOST_RUNS = 200;

type Report = (message: string) => void;

/** Runs that exist already are not reported until they change. Resolves when the signal aborts. */
export async function reportRuns(baton: Baton, report: Report, signal: AbortSignal): Promise<void> {
  let known: ReadonlyMap<string, string> | undefined;
  while (!signal.aborted) {
    try {
      const runs = await baton.runs({ limit: MOST_RUNS });
      for (const run of known === undefined ? [] : runs.toReversed()) {
        const before = known?.get(keyOf(run));
        if (before === stateOf(run)) continue;
        const id = visibleLine(run.runId);
        if (before === undefined) report(`run ${id} started${run.plan === null ? '' : ` (${visibleLine(run.plan)})`}`);
        if (stateOf(run) !== 'running') report(await lineOf(baton, run));
      }
      known = new Map(runs.map((run) => [keyOf(run), stateOf(run)]));
    } catch {
      // The server may be away for a moment: what has changed meanwhile is reported then.
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Another run may follow under the same id. */
const keyOf = ({ runId, startedAt }: RunSummary): string => `${runId} ${startedAt}`;
const stateOf = ({ status, state }: RunSummary): string => state ?? status;

async function lineOf(baton: Baton, run: RunSummary): Promise<string> {
  const { runId, startedAt, endedAt, failedTask } = run;
  const id = visibleLine(runId);
  const state = stateOf(run);
  if (state === 'waiting') return `run ${id} ${await waitOf(baton, runId)}`;
  if (endedAt === null) return `run ${id} is ${state}`;
  const took = formatDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
  if (state !== 'failed' || failedTask === null) return `run ${id} ${state} after ${took}`;
  const task = visibleLine(failedTask);
  return `run ${id} failed after ${took}, in task ${task}: baton logs ${shellWord(runId)} ${shellWord(failedTask)}`;
}

async function waitOf(baton: Baton, id: string): Promise<string> {
  const { waiting = [] } = await baton.run(id).snapshot({ outputs: false });
  const [first] = waiting;
  if (first === undefined) return 'waits: baton inbox';
  const more = waiting.length > 1 ? ` (and ${waiting.length - 1} more: baton inbox)` : '';
  return `${waitText(first)} · ${first.command}${more}`;
}
