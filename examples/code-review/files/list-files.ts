// Which files belong to a repository. Git is asked where it knows; elsewhere a walk honours each .gitignore that it meets.
// A directory that git itself ignores (a dependency, a build) is looked at on its own.
import { relative } from 'node:path';
import { execa } from 'execa';
import { globby } from 'globby';

export interface Listing {
  readonly source: 'git' | 'walk';
  /** Relative to the root, with forward slashes, in order. Some may be gone, or be no files. */
  readonly paths: readonly string[];
}

/** Never what somebody wants to have reviewed. */
const NEVER = ['.git', '.baton', 'node_modules'];

/** `except` is a directory whose files are left out, wherever it is. */
export async function listFiles(root: string, except: string, signal: AbortSignal): Promise<Listing> {
  const tracked = await askGit(root, signal);
  const paths = tracked ?? (await walk(root));
  const own = relative(root, except).replaceAll('\\', '/');
  const kept = paths.filter((path) => path !== own && !path.startsWith(`${own}/`));
  return { source: tracked === undefined ? 'walk' : 'git', paths: [...new Set(kept)].sort() };
}

async function askGit(root: string, signal: AbortSignal): Promise<string[] | undefined> {
  // The repository under review may not decide what is run here.
  const git = (...args: string[]) =>
    execa('git', ['-c', 'core.fsmonitor=false', ...args], { cwd: root, reject: false, cancelSignal: signal });
  const ignored = await git('check-ignore', '--quiet', '.');
  if (ignored.exitCode !== 1) return undefined;
  const listed = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.');
  if (listed.exitCode !== 0) return undefined;
  return listed.stdout.split('\0').filter((path) => path !== '');
}

const walk = (root: string): Promise<string[]> =>
  globby('**/*', {
    cwd: root,
    dot: true,
    ignore: NEVER.map((name) => `**/${name}`),
    ignoreFiles: '**/.gitignore',
    followSymbolicLinks: false,
    suppressErrors: true,
  });
