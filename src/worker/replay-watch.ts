// Warns when the server discards Workflow Tasks because its buffer for events is too small. A worker only notices that a run is
// replayed, which has harmless causes, too; the history of the run shows the cause. Without replays there is nothing to do.
import type { Client } from '@temporalio/client';
import type { InjectedSinks } from '@temporalio/worker';
import type { Sinks } from '@temporalio/workflow';
import type { AgentLog } from '../domain/agent/agent.js';
import { REPLAY_SINK, type ReplaySinks } from '../domain/run/replay-notice.js';
import { wasForceClosed } from '../temporal/force-closed.js';

/** Minimum interval between two histories that are read: after a restart, a worker replays all of its runs. */
const CHECK_EVERY_MS = 3_000;
/** Number of replayed runs that are remembered: the newest ones. */
const MOST_NOTED = 10;
/** Minimum interval between two warnings: the cause is a setting of the server, not of one run. */
const SILENT_MS = 10 * 60_000;

export interface ReplayWatch {
  readonly sinks: InjectedSinks<ReplaySinks & Sinks>;
  close(this: void): void;
}

export function createReplayWatch(client: Client, log: AgentLog): ReplayWatch {
  const noted = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let silentUntil = -Infinity;
  const checkNewest = async () => {
    const [runId, workflowId] = [...noted].at(-1) ?? [];
    if (runId === undefined || workflowId === undefined) return;
    noted.delete(runId);
    // No warning if the run is gone, or if the server does not answer.
    if (!(await wasForceClosed(client, { workflowId, runId }).catch(() => false))) return;
    silentUntil = performance.now() + SILENT_MS;
    noted.clear();
    log.warn(forceClosedText(workflowId), { run: workflowId });
  };
  const schedule = () => {
    if (timer !== undefined || noted.size === 0) return;
    timer = setTimeout(() => {
      void checkNewest().finally(() => {
        timer = undefined;
        schedule();
      });
    }, CHECK_EVERY_MS).unref();
  };
  const began = (info: { readonly workflowId: string; readonly runId: string }) => {
    if (performance.now() < silentUntil) return;
    noted.set(info.runId, info.workflowId);
    for (const oldest of [...noted.keys()].slice(0, -MOST_NOTED)) noted.delete(oldest);
    schedule();
  };
  return {
    sinks: { [REPLAY_SINK]: { began: { fn: began, callDuringReplay: true } } },
    close: () => clearTimeout(timer),
  };
}

const forceClosedText = (run: string): string =>
  `the Temporal server has discarded a Workflow Task of run ${JSON.stringify(run)} (FORCE_CLOSE_COMMAND), and the worker had to ` +
  'do it again from the beginning of the history: more events arrived during it than the server buffers. ' +
  'Set history.maximumBufferedEventsBatch to 5000 in the dynamic configuration of the server. ' +
  'If it is set, the buffered outputs were larger than history.maximumBufferedEventsSizeInBytes (2 MiB): ' +
  'return smaller outputs, or give the plan a lower "concurrency".';
