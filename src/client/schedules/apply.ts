// Makes the Schedules of a project those of its configuration: first the difference, then the changes.
import type { Client } from '@temporalio/client';
import { differences } from '../../domain/json/differences.js';
import { shown } from '../../domain/problem.js';
import { PROJECT_MEMO, scheduleId } from '../../domain/schedule.js';
import { startSearchable } from '../../temporal/run-options.js';
import { toServerSchedule, type PreparedSchedule } from './prepare-schedule.js';
import { findSchedule, listNames, type ServerSchedule } from './server-schedules.js';

export interface ScheduleChange {
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete' | 'keep';
  /** For an update: what is different, one line each. */
  readonly changes: readonly string[];
}

/** More differences of one schedule are not shown. */
const MAX_SHOWN = 10;

interface Step extends ScheduleChange {
  readonly wanted?: PreparedSchedule;
  readonly found?: ServerSchedule;
}

export interface SchedulePlan {
  readonly steps: readonly Step[];
  /** Without what `steps` keep. */
  readonly changes: readonly ScheduleChange[];
}

/** Throws RefusedError if another program has made a Schedule with the id of one of these. */
export async function planSchedules(
  client: Client,
  project: string,
  wanted: readonly PreparedSchedule[],
): Promise<SchedulePlan> {
  const steps: Step[] = [];
  for (const one of wanted) {
    const { name } = one.definition;
    const found = await findSchedule(client, project, name);
    if (found === undefined) steps.push({ name, action: 'create', changes: [], wanted: one });
    else {
      const changes = changesOf(found, one);
      steps.push({ name, action: changes.length === 0 ? 'keep' : 'update', changes, wanted: one, found });
    }
  }
  const names = new Set(wanted.map(({ definition }) => definition.name));
  for (const name of await listNames(client, project)) {
    const found = names.has(name) ? undefined : await findSchedule(client, project, name);
    if (found !== undefined) steps.push({ name, action: 'delete', changes: [], found });
  }
  const changes = steps
    .filter(({ action }) => action !== 'keep')
    .map(({ name, action, changes: lines }) => ({ name, action, changes: lines }));
  return { steps, changes };
}

function changesOf({ definition, request, description }: ServerSchedule, wanted: PreparedSchedule): string[] {
  const { searchable: _, ...before } = request;
  // What the server has is JSON.
  const after: unknown = JSON.parse(JSON.stringify(wanted.request));
  const found = [
    ...differences(definition, wanted.definition, MAX_SHOWN),
    ...differences(before, after, MAX_SHOWN),
    ...(wanted.paused === undefined
      ? []
      : differences({ paused: description.state.paused }, { paused: wanted.paused }, 1)),
  ];
  return found.slice(0, MAX_SHOWN).map(({ path, before: old, after: now }) => `${path}: ${shown(old)} → ${shown(now)}`);
}

export async function applySchedules(client: Client, project: string, { steps }: SchedulePlan): Promise<void> {
  for (const { action, wanted, found, name } of steps) {
    if (action === 'delete') await found?.handle.delete();
    if (action === 'create') await create(client, project, name, wanted!);
    if (action === 'update') await update(found!, wanted!);
  }
}

async function create(
  client: Client,
  project: string,
  name: string,
  { definition, request, paused }: PreparedSchedule,
): Promise<void> {
  await startSearchable(request, (run) =>
    client.schedule.create({
      ...toServerSchedule(definition, request, run),
      scheduleId: scheduleId(project, name),
      memo: { [PROJECT_MEMO]: project },
      ...(paused === true ? { state: { paused, note: PAUSED_BY_CONFIGURATION } } : {}),
    }),
  );
}

const PAUSED_BY_CONFIGURATION = 'paused in the configuration';

async function update({ handle }: ServerSchedule, { definition, request, paused }: PreparedSchedule): Promise<void> {
  await startSearchable(request, (run) =>
    handle.update(({ state }) => ({
      ...toServerSchedule(definition, request, run),
      state:
        paused === undefined || paused === state.paused
          ? state
          : { ...state, paused, note: paused ? PAUSED_BY_CONFIGURATION : 'resumed in the configuration' },
    })),
  );
}
