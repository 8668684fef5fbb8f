import type { Command } from 'commander';
import type { PoolHandle } from '../client/pool-handle.js';
import type { Altered } from '../domain/pool/alter.js';
import type { ResourceSettings } from '../domain/pool/settings.js';
import type { PoolStatus } from '../domain/pool/status.js';
import type { Io } from './io.js';
import { parseName, withJson, withServer, withTaskQueue, type JsonOption, type ServerOptions } from './options.js';
import { UsageError } from './refusal.js';
import type { ListedPool } from './view/pool-view.js';
import { withSession } from './with-session.js';

interface PoolOptions extends ServerOptions, JsonOption {
  readonly taskQueue?: string;
}

interface AddOptions extends PoolOptions {
  readonly id: string;
  readonly capacity: string;
  readonly endpoint?: string;
  readonly weight?: string;
  readonly label?: readonly string[];
}

export function define(command: Command, io: Io): void {
  const sub = (name: string, summary: string): Command =>
    withJson(withTaskQueue(withServer(command.command(name).description(summary))));
  sub('status', 'how pools stand: who uses what, who waits')
    .argument('[pool]', 'the name of a pool; default all that are configured')
    .action(async (pool: string | undefined, options: PoolOptions) => {
      const statuses = await look(io, pool, options);
      if (options.json === true) return io.printJson({ pools: statuses });
      if (statuses.length === 0) return io.note('no pools: the configuration declares none');
      const { poolView } = await import('./view/pool-view.js');
      io.print(statuses.map((status) => poolView(status, io.colours(io.stdout))).join('\n\n'));
    });
  sub('add', 'add a resource, or alter one; until the pool is altered again, whatever the configuration says')
    .argument('<pool>', 'the name of a pool')
    .requiredOption('--id <id>', 'of the resource')
    .requiredOption('--capacity <n>', 'calls at once')
    .option('--endpoint <url>', 'where calls of http and llm agents go')
    .option('--weight <n>', 'its share; default 1')
    .option('--label <key=value...>', 'what agents are told of it')
    .action(async (pool: string, options: AddOptions) => {
      const { parseResource } = await import('../guards/pool/definition.js');
      const resource = parseResource(pool, resourceOf(options));
      await act(io, { pool, options }, (handle) => handle.add(resource));
    });
  for (const [name, summary] of [
    ['drain', 'give a resource no new calls'],
    ['remove', 'take a resource away, when its last call has ended'],
  ] as const) {
    sub(name, summary)
      .argument('<pool>', 'the name of a pool')
      .argument('<id>', 'of the resource')
      .action((pool: string, id: string, options: PoolOptions) =>
        act(io, { pool, options }, (handle) => handle[name](id)),
      );
  }
}

const numberOf = (text: string): unknown => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text));

function resourceOf({
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
    capacity: numberOf(capacity),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(weight === undefined ? {} : { weight: numberOf(weight) }),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
  };
}

async function look(io: Io, name: string | undefined, options: PoolOptions): Promise<ListedPool[]> {
  if (name !== undefined) parseName('POOL', name);
  return await withPools(io, options, async ({ names, at }) => {
    if (name !== undefined) return [(await at(name)).status];
    const statuses: ListedPool[] = [];
    for (const one of names) statuses.push(await at(one).then(({ status }) => status, whyNot(one)));
    return statuses;
  });
}

/** One of several that nobody can answer for keeps none of the others from being seen. */
const whyNot =
  (pool: string) =>
  (error: unknown): ListedPool => {
    if (error instanceof Error && error.name === 'NoWorker') return { pool, problem: error.message };
    throw error;
  };

interface Asked {
  readonly pool: string;
  readonly options: PoolOptions;
}

async function act(io: Io, { pool, options }: Asked, go: (handle: PoolHandle) => Promise<Altered>): Promise<void> {
  parseName('POOL', pool);
  const altered = await withPools(io, options, async ({ at }) => go((await at(pool)).handle));
  if (options.json === true) return io.printJson({ pool, ...altered });
  const { id, became, inUse } = altered;
  const calls = `${inUse} ${inUse === 1 ? 'call is' : 'calls are'} under way on it`;
  io.note(`${id} of pool ${pool}: ${became}${inUse === 0 || became === 'altered' ? '' : `, ${calls}`}`);
}

interface Found {
  readonly names: readonly string[];
  /** Where it is at work; else where a worker would start it. Throws UsageError if nobody knows it. */
  at(this: void, name: string): Promise<{ handle: PoolHandle; status: PoolStatus }>;
}

async function withPools<T>(io: Io, options: PoolOptions, work: (found: Found) => Promise<T>): Promise<T> {
  const [{ workerQueues }, { Refused }] = await Promise.all([import('./task-queue.js'), import('../client/errors.js')]);
  return await withSession(io, options, async ({ baton }, config) => {
    const pools = config?.pools ?? [];
    const place = { configPath: config?.path, directory: io.cwd };
    const asked = options.taskQueue;
    const queues = asked === undefined ? workerQueues(config?.taskQueue, place) : [asked];
    const at = async (name: string) => {
      const own = pools.find((pool) => pool.name === name)?.taskQueue;
      let idle: Awaited<ReturnType<Found['at']>> | undefined;
      let refused: unknown;
      for (const taskQueue of own === undefined || asked !== undefined ? queues : [own]) {
        const handle = baton.pool(name, { taskQueue });
        try {
          const status = await handle.status();
          if (status.isAtWork) return { handle, status };
          idle ??= { handle, status };
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          refused ??= error;
        }
      }
      if (idle === undefined) throw refused;
      return idle;
    };
    return await work({ names: pools.map(({ name }) => name), at });
  });
}
