import type { Command } from 'commander';
import type { RunSummary } from '../client/list-runs.js';
import type { Io } from './io.js';
import { parseWhole, withJson, withServer, type JsonOption, type ServerOptions } from './options.js';
import { withSession } from './with-session.js';

interface RunsOptions extends ServerOptions, JsonOption {
  readonly limit: number;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 10_000;

export function define(command: Command, io: Io): void {
  withJson(withServer(command))
    .option('--limit <count>', 'at most so many', (value) => parseWhole('--limit', value, 1, MAX_LIMIT), DEFAULT_LIMIT)
    .action(async (options: RunsOptions) => {
      const runs = await withSession(io, options, ({ baton }) => baton.runs({ limit: options.limit }));
      if (options.json === true) io.printJson({ runs });
      else if (runs.length === 0) io.note('no runs');
      else io.print(await tableOf(runs));
    });
}

async function tableOf(runs: readonly RunSummary[]): Promise<string> {
  const [{ textTable }, { formatDuration }, { oneLine }] = await Promise.all([
    import('./text-table.js'),
    import('../domain/duration.js'),
    import('../domain/one-line.js'),
  ]);
  const now = Date.now();
  const hasTenant = runs.some(({ tenant }) => tenant !== null);
  const rows = runs.map(({ runId, plan, status, failedTask, tenant, startedAt, endedAt }) => {
    const began = Date.parse(startedAt);
    const took = formatDuration(Math.max(0, (endedAt === null ? now : Date.parse(endedAt)) - began));
    const cells = [runId, plan ?? '', status, localTime(new Date(began)), took];
    return [...cells, ...(hasTenant ? [tenant ?? ''] : []), failedTask ?? ''].map(oneLine);
  });
  const hasFailed = runs.some(({ failedTask }) => failedTask !== null);
  const more = [...(hasTenant ? ['TENANT'] : []), ...(hasFailed ? ['FAILED TASK'] : [])];
  const heading = ['RUN', 'PLAN', 'STATUS', 'STARTED', 'TOOK', ...more];
  return textTable([heading, ...rows]);
}

/** `2026-11-22 22:43:56`, by the clock on the wall. */
function localTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
