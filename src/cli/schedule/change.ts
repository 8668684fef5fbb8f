// Commands that act on one schedule of the server.
import { setTimeout as pause } from 'node:timers/promises';
import { overlapPolicy } from '../../client/schedules/prepare-schedule.js';
import { requireSchedule, type ServerSchedule } from '../../client/schedules/server-schedules.js';
import { UsageError } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';
import {
  inScheduleSession,
  parseOverlap,
  parseTime,
  type BackfillOptions,
  type NoteOptions,
  type OverlapOption,
  type ScheduleOptions,
} from './options.js';

const onSchedule = <T>(
  io: Io,
  name: string,
  options: ScheduleOptions,
  act: (schedule: ServerSchedule) => Promise<T>,
): Promise<T> =>
  inScheduleSession(io, options, async ({ baton, project }) => act(await requireSchedule(baton.client, project, name)));

export async function setPaused(io: Io, name: string, paused: boolean, options: NoteOptions): Promise<void> {
  const verb = paused ? 'paused' : 'resumed';
  const note = options.note ?? `${verb} by baton schedule`;
  await onSchedule(io, name, options, ({ handle }) => (paused ? handle.pause(note) : handle.unpause(note)));
  if (options.json === true) io.printJson({ name, paused, note });
  else io.note(`schedule ${name} is ${verb}`);
}

/** The server starts the run within milliseconds. */
const STARTS_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 200;

export async function trigger(io: Io, name: string, options: OverlapOption): Promise<void> {
  const given = parseOverlap(options.overlap);
  const runId = await onSchedule(io, name, options, async ({ handle, description, definition }) => {
    const before = description.info.numActionsTaken;
    // Without a policy, the SDK sends that of allow-all.
    await handle.trigger(overlapPolicy(given ?? definition.overlap ?? 'skip'));
    for (const until = Date.now() + STARTS_WITHIN_MS; Date.now() < until; await pause(LOOK_EVERY_MS)) {
      const { info } = await handle.describe();
      if (info.numActionsTaken > before) return info.recentActions.at(-1)?.action.workflow.workflowId;
    }
    return undefined;
  });
  if (options.json === true) io.printJson({ name, runId: runId ?? null });
  else if (runId === undefined)
    io.note('no run has started: see "baton schedule show" for what the overlap policy does');
  else {
    io.note('started');
    io.printExact(runId);
  }
}

export async function backfill(io: Io, name: string, options: BackfillOptions): Promise<void> {
  const [start, end] = [parseTime('--from', options.from), parseTime('--to', options.to)];
  const given = parseOverlap(options.overlap);
  if (start > end) throw new UsageError([`--to: expected a time after --from, got ${JSON.stringify(options.to)}`]);
  if (end.getTime() > Date.now())
    throw new UsageError([`--to: expected a time that has passed, got ${JSON.stringify(options.to)}`]);
  const overlap = await onSchedule(io, name, options, async ({ handle, definition }) => {
    // With `skip`, the first run would be the only one: all times of a backfill are due at the same moment.
    const policy = given ?? (definition.overlap === 'allow-all' ? 'allow-all' : 'buffer-all');
    // The server excludes the beginning of the interval.
    await handle.backfill({ start: new Date(start.getTime() - 1), end, overlap: overlapPolicy(policy) });
    return policy;
  });
  if (options.json === true) io.printJson({ name, from: start.toISOString(), to: end.toISOString(), overlap });
  else
    io.note(
      `the server starts the runs of schedule ${name} from ${start.toISOString()} to ${end.toISOString()} (${overlap})`,
    );
}

export async function remove(io: Io, name: string, options: ScheduleOptions): Promise<void> {
  await onSchedule(io, name, options, ({ handle }) => handle.delete());
  if (options.json === true) io.printJson({ name, deleted: true });
  else
    io.note(
      `schedule ${name} was removed from the server; "baton schedule apply" creates it again if the configuration has it`,
    );
}
