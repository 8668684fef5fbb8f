import type { Command } from 'commander';
import type { RunSummary } from '../../client/list-runs.js';
import type { Io } from '../terminal/io.js';
import { parseWhole, withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { withSession } from '../session/with-session.js';

interface RunsOptions extends ServerOptions, JsonOption {
  readonly limit: number;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 10_000;

export function define(command: Command, io: Io): void {
  withJson(withServer(command))
    .option(
      '--limit <count>',
      'maximum number of runs',
      (value) => parseWhole('--limit', value, 1, MAX_LIMIT),
      DEFAULT_LIMIT,
    )
    .action(async (options: RunsOptions) => {
      const runs = await withSession(io, options, async ({ baton, server }) => {
        const { noteServer } = await import('../session/server-line.js');
        noteServer(io, server);
        return await baton.runs({ limit: options.limit });
      });
      if (options.json === true) io.printJson({ runs });
      else if (runs.length === 0) io.note('no runs');
      else io.print(await runsTable(runs));
    });
}

async function runsTable(runs: readonly RunSummary[]): Promise<string> {
  const [{ textTable }, { formatDuration }, { visibleLine }] = await Promise.all([
    import('../terminal/text-table.js'),
    import('../../domain/duration.js'),
    import('../../domain/text/visible.js'),
  ]);
  const now = Date.now();
  const hasTenant = runs.some(({ tenant }) => tenant !== null);
  const rows = runs.map(({ runId, plan, status, failedTask, tenant, startedAt, endedAt }) => {
    const began = Date.parse(startedAt);
    const took = formatDuration(Math.max(0, (endedAt === null ? now : Date.parse(endedAt)) - began));
    const cells = [runId, plan ?? '', status, localTime(new Date(began)), took];
    return [...cells, ...(hasTenant ? [tenant ?? ''] : []), failedTask ?? ''].map(visibleLine);
  });
  const hasFailed = runs.some(({ failedTask }) => failedTask !== null);
  const more = [...(hasTenant ? ['TENANT'] : []), ...(hasFailed ? ['FAILED TASK'] : [])];
  const heading = ['RUN', 'PLAN', 'STATUS', 'STARTED', 'TOOK', ...more];
  return textTable([heading, ...rows]);
}

/** `2026-11-22 22:43:56`, in the local time zone. */
function localTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
