// The Schedules of a project on the server. Schedules that another project or another program has made are never touched.
import { ScheduleNotFoundError, type Client, type ScheduleDescription, type ScheduleHandle } from '@temporalio/client';
import { didYouMean, shown, withHint } from '../../domain/problem.js';
import type { RunInput } from '../../domain/run/input.js';
import {
  PROJECT_MEMO,
  SCHEDULE_MEMO,
  scheduleId,
  schedulePrefix,
  type ScheduleDefinition,
} from '../../domain/schedule.js';
import { RefusedError } from '../errors.js';

export interface ServerSchedule {
  readonly name: string;
  readonly handle: ScheduleHandle;
  readonly description: ScheduleDescription;
  readonly definition: ScheduleDefinition;
  /** The argument of its runs. */
  readonly request: RunInput;
}

/** The names of the Schedules that this project has made, sorted. */
export async function listNames(client: Client, project: string): Promise<string[]> {
  const prefix = schedulePrefix(project);
  const names: string[] = [];
  for await (const { scheduleId: id, memo } of client.schedule.list())
    if (id.startsWith(prefix) && memo?.[PROJECT_MEMO] === project) names.push(id.slice(prefix.length));
  return names.sort();
}

/** `undefined` if there is none. Throws RefusedError if another program has made a Schedule with its id. */
export async function findSchedule(client: Client, project: string, name: string): Promise<ServerSchedule | undefined> {
  const id = scheduleId(project, name);
  const handle = client.schedule.getHandle(id);
  try {
    const description = await handle.describe();
    const { memo, args } = description.action;
    const definition = memo?.[SCHEDULE_MEMO];
    if (description.memo?.[PROJECT_MEMO] !== project || definition === undefined)
      throw new RefusedError(
        `the Schedule ${id} on the server was not made by Baton: delete it, or name this one otherwise`,
      );
    const [request] = args as [RunInput];
    return { name, handle, description, definition: definition as ScheduleDefinition, request };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** Throws RefusedError if there is none. */
export async function requireSchedule(client: Client, project: string, name: string): Promise<ServerSchedule> {
  const found = await findSchedule(client, project, name);
  if (found !== undefined) return found;
  const names = await listNames(client, project);
  const hint = didYouMean(name, names) ?? 'bring those of the configuration there with "baton schedule apply"';
  throw new RefusedError(withHint(`project ${project} has no schedule ${shown(name)} on this server`, hint));
}

/** Rejects as `requireSchedule`. */
export async function listSchedules(client: Client, project: string): Promise<ServerSchedule[]> {
  const found: ServerSchedule[] = [];
  for (const name of await listNames(client, project)) {
    const one = await findSchedule(client, project, name);
    if (one !== undefined) found.push(one);
  }
  return found;
}
