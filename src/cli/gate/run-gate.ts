// `baton gate`: replays histories with the Workflow code of this package, and prints those that would break.
import { join } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { visibleLine } from '../../domain/text/visible.js';
import { openValues } from '../../values.js';
import { replayAll, type Break, type ReadableHistory, type ReplayOptions } from '../../worker/replay.js';
import type { GateOptions } from './options.js';
import { loadProjectConfig } from '../session/load-config.js';
import { valueSettings } from '../session/session.js';
import { withSession } from '../session/with-session.js';
import type { Io } from '../terminal/io.js';
import { installRuntime } from '../../telemetry/runtime.js';
import { historiesOn, readHistories } from './histories.js';

const DEFAULT_CLOSED = 100;

/** Between two lines of progress. */
const PROGRESS_MS = 5_000;

interface BrokenRun extends Break {
  readonly runId: string;
  /** The id of the execution, as Temporal counts them: a run has several if it has continued as new. */
  readonly executionId: string;
}

/** Exit code 1 if a history would break. */
export async function runGate(io: Io, options: GateOptions): Promise<void> {
  const { histories, open, closed } = options;
  // The SDK logs each history that breaks over many lines.
  await installRuntime({ log: new DefaultLogger('ERROR', () => undefined), verbose: false, metrics: false });
  const tally = createTally(io, options);
  if (histories !== undefined) await tally.add(readHistories(histories), await ownValues(io, options));
  if (open === true || closed !== undefined || histories === undefined) {
    const isDefault = open === undefined && closed === undefined;
    const chosen = { open: isDefault || open === true, closed: closed ?? (isDefault ? DEFAULT_CLOSED : 0) };
    await withSession(io, options, ({ baton: { client } }, config) =>
      tally.add(historiesOn(client, chosen), {
        dataConverter: client.options.dataConverter,
        isEncrypted: config?.encryption !== undefined,
      }),
    );
  }
  tally.report();
}

/** Histories in files may have values that are stored or encrypted as this directory's are. */
async function ownValues({ cwd, ...io }: Io, options: GateOptions): Promise<ReplayOptions> {
  const settings = valueSettings(await loadProjectConfig({ cwd, ...io }, options.config));
  return {
    dataConverter: await openValues(settings, { dataDirectory: join(cwd, '.baton') }),
    isEncrypted: settings.encryption !== undefined,
  };
}

function createTally(io: Io, { json = false }: GateOptions) {
  const broken: BrokenRun[] = [];
  let replayed = 0;
  let notedAtMs = Date.now();
  const noteProgress = (): void => {
    if (!io.isLive() || Date.now() - notedAtMs < PROGRESS_MS) return;
    notedAtMs = Date.now();
    io.note(`${countText(replayed)} replayed`);
  };
  return {
    async add(histories: AsyncIterable<ReadableHistory>, options: ReplayOptions): Promise<void> {
      for await (const one of replayAll(histories, options)) {
        replayed++;
        noteProgress();
        if (one.broken === undefined) continue;
        const found = { runId: one.workflowId, executionId: one.runId, ...one.broken };
        broken.push(found);
        if (!json) io.print(visibleLine(lineOf(found)));
      }
    },
    report(): void {
      if (json) io.printJson({ replayed, broken });
      io.note(`${countText(replayed)} replayed; ${broken.length === 0 ? 'none' : broken.length} would break`);
      if (broken.length > 0) io.exitCode = 1;
    },
  };
}

const lineOf = ({ runId, event, reason }: BrokenRun): string =>
  event === null ? `${runId}: ${reason}` : `${runId}: event ${event.id} (${event.type}): ${reason}`;

const countText = (count: number): string => (count === 1 ? '1 history' : `${count} histories`);
