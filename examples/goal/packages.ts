// npm packages as they lie in node_modules: where they are, how large, and what they need.
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().catch('not said'),
  dependencies: z.record(z.string(), z.string()).catch({}),
  types: z.string().optional().catch(undefined),
  typings: z.string().optional().catch(undefined),
});
export type Manifest = z.infer<typeof Manifest>;

export const isPackageName = (name: string): boolean => PACKAGE_NAME.test(name);

export const readManifest = async (path: string): Promise<Manifest> =>
  Manifest.parse(JSON.parse(await readFile(join(path, 'package.json'), 'utf8')));

/** As Node.js looks: in node_modules here, then in those of the directories above. `undefined` where it is not installed. */
export async function findPackage(name: string, from: string): Promise<string | undefined> {
  for (let at = resolve(from); ; at = dirname(at)) {
    const path = join(at, 'node_modules', name);
    if (await isThere(join(path, 'package.json'))) return path;
    if (at === dirname(at)) return undefined;
  }
}

/** All that a package needs, and what that needs, by name; what is not installed is left out. */
export async function dependenciesOf(path: string): Promise<string[]> {
  const found = new Map<string, string>();
  const open = [path];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const name of Object.keys((await readManifest(at)).dependencies)) {
      const where = found.has(name) ? undefined : await findPackage(name, at);
      if (where === undefined) continue;
      found.set(name, where);
      open.push(where);
    }
  }
  return [...found.keys()].sort();
}

/** Its own files, without packages that lie in it. */
export async function sizeOf(path: string): Promise<{ files: number; bytes: number }> {
  let [files, bytes] = [0, 0];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'node_modules') {
      const inner = await sizeOf(join(path, entry.name));
      files += inner.files;
      bytes += inner.bytes;
    } else if (entry.isFile()) {
      files++;
      bytes += (await lstat(join(path, entry.name))).size;
    }
  }
  return { files, bytes };
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
