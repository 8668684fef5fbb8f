// The packed package, installed in an empty folder: only what is packed is there.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { buildCli } from './built-cli.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const kept = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|BATON_RUN|NODE_|VITEST|JEST)/.test(name));

export interface Installed {
  readonly directory: string;
  /** The environment of a user. */
  readonly env: Readonly<Record<string, string | undefined>>;
  remove(this: void): Promise<void>;
}

/** `packages`: what is installed in addition, by the names that `npm install` takes. */
export async function installPackage(packages: readonly string[]): Promise<Installed> {
  await buildCli();
  const directory = await mkdtemp(join(tmpdir(), 'baton-installed-'));
  const env = { ...Object.fromEntries(kept), NO_COLOR: '1' };
  const pack = await execa('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory], {
    cwd: ROOT,
  });
  await writeFile(join(directory, 'package.json'), '{ "private": true }');
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await execa('npm', ['install', ...options, join(directory, pack.stdout.trim()), ...packages], {
    cwd: directory,
    env,
    extendEnv: false,
  });
  return { directory, env, remove: () => rm(directory, { recursive: true, force: true }) };
}
