// Renders the same pages once with each strategy, and looks at which server rendered them.
import { once } from 'node:events';
import { connect, createWorker, findServer, type Baton, httpAgent, type FindServerOptions } from 'baton-orchestrator';
import { startServer, type RenderServer, type Seen } from './servers.js';

export const STRATEGIES = ['least-loaded', 'power-of-two', 'random', 'round-robin', 'weighted', 'sticky'] as const;
type Strategy = (typeof STRATEGIES)[number];

export const PAGES = 200;
const CUSTOMERS = 10;
/** Fewer than the servers could do at the same time: so there is a choice. */
export const AT_ONCE = 10;

const planFor = (agent: Strategy) => ({
  name: `pages-${agent}`,
  tasks: { render: { agent, forEach: { items: '{% $input %}', concurrency: AT_ONCE }, input: '{% $item %}' } },
  output: '{% $count($tasks.render.output) %}',
});
const INPUT = Array.from({ length: PAGES }, (_, page) => ({ page, customer: `customer-${page % CUSTOMERS}` }));

export interface Compared {
  readonly strategy: Strategy;
  /** Pages that were rendered. */
  readonly rendered: number;
  readonly seconds: number;
  readonly servers: readonly (Pick<RenderServer, 'id' | 'capacity'> & Seen)[];
}

/** The large one is also twice as fast. */
const startServers = () =>
  Promise.all([startServer('small', 2, 60), startServer('medium', 4, 60), startServer('large', 8, 30)]);

export async function* compare(options: FindServerOptions = {}): AsyncGenerator<Compared> {
  const settings = await Promise.all(STRATEGIES.map(poolOf));
  const server = await findServer(options);
  const pools = settings.map(({ pool }) => pool);
  // Only sticky reads the key.
  const agents = settings.map(({ strategy, servers }) =>
    httpAgent({ type: strategy, url: servers[0].url, pool: { name: strategy, key: '{% $input.customer %}' } }),
  );
  const project = { agents, pools, project: 'resource-pool' };
  const worker = await createWorker({ ...project, server, taskQueues: ['resource-pool'] });
  const stopping = new AbortController();
  const stopped = once(stopping.signal, 'abort');
  const running = worker.run(stopped);
  const baton = await connect({ ...project, server, taskQueue: 'resource-pool' });
  try {
    for (const { strategy, servers } of settings) yield await render(baton, strategy, servers);
  } finally {
    stopping.abort();
    await running;
    await baton.close();
    await server.release();
    await Promise.all(settings.flatMap(({ servers }) => servers.map(({ close }) => close())));
  }
}

async function poolOf(strategy: Strategy) {
  const servers = await startServers();
  const resources = servers.map(({ id, capacity, url }) => ({ id, capacity, endpoint: url, weight: capacity }));
  return { strategy, servers, pool: { name: strategy, strategy, resources } };
}

async function render(baton: Baton, strategy: Strategy, servers: readonly RenderServer[]): Promise<Compared> {
  const began = Date.now();
  const run = await baton.start(planFor(strategy), { input: INPUT });
  const { output } = await run.result();
  const seconds = Math.round((Date.now() - began) / 100) / 10;
  return {
    strategy,
    rendered: Number(output),
    seconds,
    servers: servers.map(({ id, capacity, seen }) => ({ id, capacity, ...seen })),
  };
}
