import { existsSync } from 'node:fs';
import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { installPackage, MissingProgram } from './install.js';
import type { Program, System } from './system.js';

/** Debian keeps the programs of each version in a directory of its own. */
const VERSIONS = '/usr/lib/postgresql';

/** PostgreSQL refuses to run as root. */
const USER = 'postgres';

const asUser = (command: string, args: readonly string[]): Program =>
  process.getuid?.() === 0
    ? { command: 'setpriv', args: [`--reuid=${USER}`, `--regid=${USER}`, '--init-groups', command, ...args] }
    : { command, args };

async function programs(): Promise<string | undefined> {
  const versions = await readdir(VERSIONS).catch(() => []);
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  const directory = join(VERSIONS, String(newest), 'bin');
  return existsSync(join(directory, 'initdb')) ? directory : undefined;
}

async function prepare(directory: string, [port]: readonly number[]): Promise<readonly Program[]> {
  const bin = await programs();
  if (bin === undefined) throw new MissingProgram('postgres', 'install the package postgresql');
  const data = join(directory, 'data');
  if (!existsSync(data)) {
    await mkdir(data, { mode: 0o700 });
    if (process.getuid?.() === 0) await giveTo(USER, [directory, data]);
    const make = asUser(join(bin, 'initdb'), `-D ${data} -U ${USER} -A trust -E UTF8 --locale=C.UTF-8 -N`.split(' '));
    await execa(make.command, make.args, { cwd: directory, stdin: 'ignore' });
  }
  const settings = ['listen_addresses=127.0.0.1', 'max_connections=300', `unix_socket_directories=${directory}`];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  return [asUser(join(bin, 'postgres'), args)];
}

async function giveTo(user: string, files: readonly string[]): Promise<void> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (of) => Number((await execa('id', [of, user])).stdout)));
  for (const file of files) await chown(file, uid ?? 0, gid ?? 0);
}

export const postgres: System = {
  name: 'postgres',
  title: 'PostgreSQL (Debian)',
  variable: 'BATON_TEST_POSTGRES_URL',
  ports: 1,
  isInstalled: async () => (await programs()) !== undefined,
  install: (say) => installPackage('postgresql', say),
  prepare,
  // Asks for TLS; the answer is S or N.
  greeting: Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]),
  url: (port) => `postgresql://${USER}@127.0.0.1:${port}/postgres`,
};
