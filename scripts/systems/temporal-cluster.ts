// A Temporal cluster of two nodes on PostgreSQL, of which tests and people may kill one. Clients connect to a balancer, which knows which
// node lives. Building the server takes ten minutes on an idle machine, so it is started only if it is named, and built once.
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { findTemporalBinary } from '../../src/server/index.js';
import { cacheDirectory, MissingProgram, onPath } from './install.js';
import { start, stop } from './lifecycle.js';
import { postgres } from './postgres.js';
import type { Program, System } from './system.js';
import { nodeConfig, PORTS_OF_NODE } from './temporal-cluster/node-config.js';

const VERSION = 'v1.32.1';
const PROGRAMS = join(cacheDirectory, `temporal-server-${VERSION.slice(1)}`);
const PACKAGES = ['go.temporal.io/server/cmd/server', 'go.temporal.io/server/cmd/tools/sql'];
const BALANCER = fileURLToPath(new URL('temporal-cluster/balance.mjs', import.meta.url));
const NODES = ['node-a', 'node-b'] as const;
const DATABASES = { temporal: 'temporal', temporal_visibility: 'visibility' } as const;

async function install(say: (line: string) => void): Promise<void> {
  if (!(await postgres.isInstalled())) await postgres.install(say);
  if (!(await onPath('go'))) throw new MissingProgram('go', 'install Go 1.26 or newer');
  say(`temporal-cluster: building Temporal's server ${VERSION}, which takes ten minutes or more`);
  const partial = `${PROGRAMS}.${process.pid}`;
  const packages = PACKAGES.map((name) => `${name}@${VERSION}`);
  // The rest of the machine remains usable meanwhile.
  await execa('nice', ['-n', '19', 'go', 'install', '-ldflags', '-s -w', ...packages], {
    env: { GOBIN: partial, CGO_ENABLED: '0' },
    stdin: 'ignore',
  });
  await rename(partial, PROGRAMS).catch(() => rm(partial, { recursive: true }));
}

async function prepare(directory: string, ports: readonly number[]): Promise<readonly Program[]> {
  const [balancer = 0, database = 0, ...ofNodes] = ports;
  const portsOf = (index: number) => ofNodes.slice(index * PORTS_OF_NODE, (index + 1) * PORTS_OF_NODE);
  const at = join(directory, 'postgres');
  // PostgreSQL runs as another user.
  await chmod(directory, 0o711);
  if (!existsSync(at)) await makeDatabases(at, database);
  const nodes = await Promise.all(
    NODES.map(async (name, index): Promise<Program> => {
      const file = join(directory, `${name}.yaml`);
      await writeFile(file, stringify(nodeConfig(portsOf(index), database)));
      const args = ['--config-file', file, '--allow-no-auth', 'start'];
      // The first one makes the metadata of the cluster; two at the same time would fail.
      const until = index === 0 ? 'SELECT 1' : 'SELECT 1 FROM cluster_metadata_info';
      return {
        name,
        command: 'sh',
        args: ['-c', AFTER_QUERY, String(database), until, join(PROGRAMS, 'server'), ...args],
      };
    }),
  );
  const frontends = NODES.map((_, index) => String(portsOf(index)[0]));
  return [
    ...(await postgres.prepare(at, [database])),
    ...nodes,
    { name: 'balancer', command: process.execPath, args: [BALANCER, String(balancer), ...frontends] },
  ];
}

/** Waits until the query finds something: a node that finds no database ends. Then the shell becomes the program. */
const AFTER_QUERY = `
url="postgresql://postgres@127.0.0.1:$0/temporal"; query=$1; shift
until psql -tAc "$query" "$url" 2>/dev/null | grep -q 1; do sleep 0.2; done
exec "$@"`;

async function makeDatabases(directory: string, port: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  const running = await start(postgres, directory, [port]);
  try {
    for (const [name, schema] of Object.entries(DATABASES)) {
      const tool = (...args: readonly string[]) =>
        execa(
          join(PROGRAMS, 'sql'),
          ['--plugin', 'postgres12', '--ep', '127.0.0.1', '-p', String(port), '-u', 'postgres', '--db', name, ...args],
          { stdin: 'ignore' },
        );
      await tool('create');
      await tool('setup-schema', '-v', '0.0');
      await tool('update-schema', '--schema-name', `postgresql/v12/${schema}`);
    }
  } finally {
    await stop(running, 'SIGINT');
  }
}

/** The namespace is made when the cluster answers. */
async function isComplete(_directory: string, [port]: readonly number[]): Promise<boolean> {
  const temporal = await findTemporalBinary();
  const operator = (...args: readonly string[]) =>
    execa(temporal, ['operator', ...args, '--address', `127.0.0.1:${port}`], { reject: false, stdin: 'ignore' });
  const namespace = ['-n', 'default'];
  if ((await operator('namespace', 'describe', ...namespace)).exitCode === 0) return true;
  await operator('namespace', 'create', '--retention', '72h', ...namespace);
  return false;
}

export const temporalCluster: System = {
  name: 'temporal-cluster',
  title: `Temporal ${VERSION.slice(1)}, two nodes`,
  variable: 'BATON_TEST_TEMPORAL_CLUSTER',
  onlyIfNamed: true,
  ports: 2 + NODES.length * PORTS_OF_NODE,
  // Nodes find each other by ports in a column of 16 bits with a sign.
  portsBelow: 2 ** 15,
  isInstalled: async () => existsSync(PROGRAMS) && (await postgres.isInstalled()),
  install,
  prepare,
  // The preface of HTTP/2, and empty settings.
  greeting: Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]),
  isComplete,
  url: (port) => `127.0.0.1:${port}`,
};
