import type { Command } from 'commander';
import type { RunsOptions } from '../../client/run-query.js';
import type { Io } from '../terminal/io.js';
import { parseWhole, withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { asOptions, UsageError } from '../terminal/errors.js';
import { withSession } from '../session/with-session.js';

interface ListOptions extends ServerOptions, JsonOption, Required<Pick<RunsOptions, 'limit'>> {
  readonly plan?: string;
  readonly status?: RunsOptions['status'];
  readonly tenant?: string;
  readonly correlationId?: string;
  readonly since?: string;
  readonly waiting?: boolean;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 10_000;

export function define(command: Command, io: Io): void {
  withJson(withServer(command))
    .option('--plan <name>', 'only runs of this plan')
    .option('--status <status>', 'only runs with this status: running, paused, waiting, completed, failed, …')
    .option('--tenant <name>', 'only runs of this tenant')
    .option('--correlation-id <id>', 'only runs with this correlation id')
    .option('--since <duration|time>', 'only runs that started within this duration (2h), or since this time')
    .option('--waiting', 'only runs that wait for a person, an event or a larger budget')
    .option(
      '--limit <count>',
      'maximum number of runs',
      (value) => parseWhole('--limit', value, 1, MAX_LIMIT),
      DEFAULT_LIMIT,
    )
    .action(async (options: ListOptions) => {
      const chosen = await readChoice(options);
      const [runs, { address, namespace }] = await withSession(io, options, async ({ baton, server }) => {
        const { noteServer } = await import('../session/server-line.js');
        noteServer(io, server);
        return [await baton.runs(chosen), server] as const;
      });
      if (options.json === true) return io.printJson({ runs });
      const { noRunsText, runsTable } = await import('../view/runs-table.js');
      if (runs.length === 0) return io.note(noRunsText(chosen, { address, namespace }));
      const { columnsOf } = await import('../terminal/fit.js');
      io.print(runsTable(runs, { now: Date.now(), paint: io.colours(io.stdout), width: columnsOf(io.stdout) }));
    });
}

/** Checked before a server is looked for. Throws UsageError. */
async function readChoice({
  waiting,
  limit,
  plan,
  tenant,
  correlationId,
  since,
  status,
}: ListOptions): Promise<RunsOptions> {
  const [{ runQuery }, { defined }, { InvalidInputError }] = await Promise.all([
    import('../../client/run-query.js'),
    import('../../domain/json/defined.js'),
    import('../../client/errors.js'),
  ]);
  if (waiting === true && status !== undefined && status !== 'waiting')
    throw new UsageError(['--waiting and --status exclude each other']);
  const chosen = {
    limit,
    ...defined({ plan, tenant, correlationId, since, status: waiting === true ? 'waiting' : status }),
  } as const;
  try {
    runQuery(chosen);
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(asOptions(error.problems));
    throw error;
  }
  return chosen;
}
