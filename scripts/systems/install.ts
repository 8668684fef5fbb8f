import envPaths from 'env-paths';
import { execa } from 'execa';

/** What is downloaded once, for all checkouts. */
export const cacheDirectory = envPaths('baton-systems', { suffix: '' }).cache;

export class MissingProgram extends Error {
  override readonly name = 'MissingProgram';

  constructor(program: string, advice: string) {
    super(`${program} is not on this machine: ${advice}`);
  }
}

export async function onPath(program: string): Promise<boolean> {
  const { exitCode } = await execa('sh', ['-c', 'command -v "$0"', program], { reject: false, stdin: 'ignore' });
  return exitCode === 0;
}

/** A package of Debian or Ubuntu. Other systems get its name, to install it themselves. */
export async function installPackage(name: string, say: (line: string) => void): Promise<void> {
  const advice = `install the package ${name} (Debian, Ubuntu: sudo apt-get install ${name})`;
  if (process.getuid?.() !== 0 || !(await onPath('apt-get'))) throw new MissingProgram(name, advice);
  say(`installing the package ${name} by apt-get`);
  // Another apt-get may be running.
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-y', '--no-install-recommends'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => execa('apt-get', ['install', ...options, name], { env, stdin: 'ignore' });
  await install().catch(async () => {
    await execa('apt-get', ['update'], { env, stdin: 'ignore' });
    await install();
  });
}
