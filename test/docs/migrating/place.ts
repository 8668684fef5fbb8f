// The same job in several systems: a directory for each, with what the shop has done there.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { readPages } from '../pages.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const [page] = readPages(['docs/migrating.md']);

/** The blocks of the page, by the name of their file. */
export const BLOCKS: ReadonlyMap<string, string> = new Map(
  page!.blocks.flatMap((block) => {
    const file = block.words.find((word) => word.startsWith('file='))?.slice('file='.length);
    return file === undefined ? [] : [[file, block.text]];
  }),
);

export const PLAN = page!.blocks.find(({ language, words }) => language === 'yaml' && words[0] === 'plan')!.text;

export interface Shop {
  readonly directory: string;
  /** For the programs that do its work. */
  readonly env: Readonly<Record<string, string>>;
  /** The shop's reports, and the names of those that were published. */
  done(this: void): Promise<Done>;
}

export interface Done {
  readonly reports: readonly unknown[];
  readonly published: readonly string[];
  readonly deleted: readonly string[];
}

/** A new shop, in a directory with the modules of the page. */
export async function openShop(failure: Readonly<Record<string, string>>): Promise<Shop> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-migrating-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await cp(HERE, directory, { recursive: true });
  for (const [file, text] of BLOCKS) await writeFile(join(directory, file), text);
  const made = join(directory, 'done');
  await mkdir(made);
  const list = (name: string) => readdir(join(made, name)).catch(() => []);
  return {
    directory,
    env: { SHOP_DIR: made, PYTHONPATH: directory, PYTHONDONTWRITEBYTECODE: '1', ...failure },
    async done() {
      const reports = await Promise.all(
        (await list('reports')).map(
          async (name) => JSON.parse(await readFile(join(made, 'reports', name), 'utf8')) as unknown,
        ),
      );
      const deleted = await readFile(join(made, 'deleted'), 'utf8').catch(() => '');
      return { reports, published: await list('published'), deleted: deleted.split('\n').slice(0, -1) };
    },
  };
}
