import type { Command } from 'commander';
import type { SweepScheduleOptions } from '../doctor/sweep-schedule.js';
import type { SweepResult } from '../../client/sweep-values.js';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { withSession } from '../session/with-session.js';

interface SweepOptions extends SweepScheduleOptions, ServerOptions, JsonOption {
  readonly dryRun?: boolean;
  readonly grace: string;
  readonly stale: string;
}

/** Long enough for a value that was stored and is not yet in a history, and for clocks that differ. */
const LEAST_GRACE_MS = 10 * 60_000;

/** Between two lines of progress. */
const PROGRESS_MS = 2_000;

export function define(command: Command, io: Io): void {
  withJson(withServer(command))
    .option('--dry-run', 'only count what would be removed')
    .option('--grace <duration>', 'keep values that were stored or used within this time; at least 10m', '24h')
    .option('--stale <duration>', 'end breakers and pools that have had no worker for this long', '1h')
    .option(
      '--schedule <cron>',
      'let the workers of the project sweep at these times (UTC), by a Schedule of the server',
    )
    .option('--unschedule', 'remove that Schedule')
    .action(async (options: SweepOptions) => {
      const graceMs = await parseGrace(options.grace);
      const { parseStale } = await import('../doctor/parse-stale.js');
      const staleMs = parseStale(options.stale);
      if (options.schedule !== undefined || options.unschedule === true) {
        const { changeSweepSchedule } = await import('../doctor/sweep-schedule.js');
        return await changeSweepSchedule(io, options, { graceMs, staleMs });
      }
      const dryRun = options.dryRun === true;
      const request = { graceMs, staleMs, dryRun, onProgress: progressLines(io) };
      const { ended, values } = await withSession(io, options, async ({ baton }) => {
        const { sweepAll } = await import('../../client/sweep.js');
        return await sweepAll(baton.client, request);
      });
      if (options.json === true) return io.printJson({ ...values, ended, dryRun });
      for (const id of ended) io.print(`${dryRun ? 'would be ended' : 'ended'}: ${id}`);
      if (values !== undefined) await printValues(io, values, options);
    });
}

async function printValues(io: Io, result: SweepResult, { dryRun, grace }: SweepOptions): Promise<void> {
  const { formatByteCount } = await import('../../domain/byte-count.js');
  const text = ({ values, bytes }: { values: number; bytes: number }) => `${values} (${formatByteCount(bytes)})`;
  const { removed, needed, recent, place, workflows } = result;
  io.print(`values in ${place}, ${historiesText(workflows)}`);
  io.print(`${dryRun === true ? 'would be removed' : 'removed'}: ${text(removed)}`);
  io.print(`needed: ${text(needed)}`);
  io.print(`not needed, but younger than ${grace}: ${text(recent)}`);
}

async function parseGrace(text: string): Promise<number> {
  const [{ parseDuration }, { UsageError }] = await Promise.all([
    import('../../domain/duration.js'),
    import('../terminal/errors.js'),
  ]);
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= LEAST_GRACE_MS) return ms;
  throw new UsageError([`--grace: expected a duration of at least 10m, such as "24h", got ${JSON.stringify(text)}`]);
}

const historiesText = (count: number): string => `${count} ${count === 1 ? 'history' : 'histories'} read`;

/** At a terminal, a line every few seconds. */
function progressLines(io: Io): (done: { workflows: number; values: number }) => void {
  let lastMs = Date.now();
  return ({ workflows, values }) => {
    if (!io.isLive() || Date.now() - lastMs < PROGRESS_MS) return;
    lastMs = Date.now();
    io.note(values === 0 ? historiesText(workflows) : `${values} values looked at`);
  };
}
