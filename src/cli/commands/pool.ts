import { defined } from '../../domain/json/defined.js';
import type { Command } from 'commander';
import { isUnansweredError } from '../../client/errors.js';
import type { PoolHandle } from '../../client/pool-handle.js';
import type { PoolChange } from '../../domain/pool/coordinator/alter.js';
import type { ResourceSettings } from '../../domain/pool/settings.js';
import type { Io } from '../terminal/io.js';
import { parseName, withGuardOptions, type GuardOptions } from '../arguments/options.js';
import { UsageError } from '../terminal/errors.js';
import type { ListedPool } from '../view/pool-view.js';
import { withAgents } from '../session/with-session.js';

interface AddOptions extends GuardOptions {
  readonly id: string;
  readonly capacity: string;
  readonly endpoint?: string;
  readonly weight?: string;
  readonly label?: readonly string[];
}

export function define(command: Command, io: Io): void {
  const sub = (name: string, summary: string): Command => withGuardOptions(command.command(name).description(summary));
  sub('status', 'show the resources of pools, the calls on them and the waiting calls')
    .argument('[pool]', 'the name of a pool; default: all configured pools')
    .action(async (pool: string | undefined, options: GuardOptions) => {
      const statuses = await listPools(io, pool, options);
      if (options.json === true) return io.printJson({ pools: statuses });
      if (statuses.length === 0) return io.note('no pools: the configuration has none');
      const [{ poolView }, { columnsOf }] = await Promise.all([
        import('../view/pool-view.js'),
        import('../terminal/fit.js'),
      ]);
      const [colours, width] = [io.colours(io.stdout), columnsOf(io.stdout)];
      io.print(statuses.map((status) => poolView(status, colours, width)).join('\n\n'));
    });
  sub('add', 'add or change a resource; holds until the next change, whatever the configuration says')
    .argument('<pool>', 'the name of a pool')
    .requiredOption('--id <id>', 'the id of the resource')
    .requiredOption('--capacity <n>', 'the maximum number of calls at a time')
    .option('--endpoint <url>', 'the address for calls of http and llm agents')
    .option('--weight <n>', 'its share of the calls; default 1')
    .option('--label <key=value...>', 'a label that agents receive with the resource')
    .action(async (pool: string, options: AddOptions) => {
      const { parseResource } = await import('../../domain/pool/definition.js');
      const resource = parseResource(pool, parseResourceOptions(options));
      await changePool(io, { pool, options }, (handle) => handle.add(resource));
    });
  for (const [name, summary] of [
    ['drain', 'start no new calls on a resource'],
    ['remove', 'remove a resource when its last call has ended'],
  ] as const) {
    sub(name, summary)
      .argument('<pool>', 'the name of a pool')
      .argument('<id>', 'the id of the resource')
      .action((pool: string, id: string, options: GuardOptions) =>
        changePool(io, { pool, options }, (handle) => handle[name](id)),
      );
  }
}

const toNumber = (text: string): unknown => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text));

function parseResourceOptions({
  id,
  capacity,
  endpoint,
  weight,
  label = [],
}: AddOptions): Partial<Record<keyof ResourceSettings, unknown>> {
  const labels = label.map((one) => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    if (key === undefined) throw new UsageError([`--label: expected key=value, got ${JSON.stringify(one)}`]);
    return [key, value] as const;
  });
  return {
    id,
    capacity: toNumber(capacity),
    ...defined({ endpoint }),
    ...(weight === undefined ? {} : { weight: toNumber(weight) }),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
  };
}

async function listPools(io: Io, name: string | undefined, options: GuardOptions): Promise<ListedPool[]> {
  if (name !== undefined) parseName('POOL', name);
  return await withPools(io, options, async ({ names, handle }) => {
    if (name !== undefined) return [await handle(name).status()];
    const statuses: ListedPool[] = [];
    for (const one of names) statuses.push(await handle(one).status().catch(toProblem(one)));
    return statuses;
  });
}

/** A pool that does not answer is listed with the reason, so that the others are shown. */
const toProblem =
  (pool: string) =>
  (error: unknown): ListedPool => {
    if (isUnansweredError(error)) return { pool, problem: error.message };
    throw error;
  };

async function changePool(
  io: Io,
  { pool, options }: { readonly pool: string; readonly options: GuardOptions },
  change: (handle: PoolHandle) => Promise<PoolChange>,
): Promise<void> {
  parseName('POOL', pool);
  const changed = await withPools(io, options, ({ handle }) => change(handle(pool)));
  if (options.json === true) return io.printJson({ pool, ...changed });
  const { poolChangeText } = await import('../view/pool-view.js');
  io.note(poolChangeText(pool, changed));
}

interface ProjectPools {
  readonly names: readonly string[];
  handle(this: void, name: string): PoolHandle;
}

async function withPools<T>(
  io: Io,
  { project, taskQueue, ...options }: GuardOptions,
  work: (pools: ProjectPools) => Promise<T>,
): Promise<T> {
  const where = defined({ project, taskQueue });
  return await withAgents(io, options, async ({ baton }, config) => {
    const names = (config?.pools ?? []).map(({ name }) => name);
    return await work({ names, handle: (name) => baton.pool(name, where) });
  });
}
