import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { AgentError, functionAgent } from 'baton-orchestrator';
import { z } from 'zod';
import { Inventory, type Kind } from '../contract.js';
import { batchesOf, fitting, type TextFile } from '../files/batches.js';
import { languageOf } from '../files/language.js';
import { listFiles } from '../files/list-files.js';
import { lookAt } from '../files/look.js';
import { outDirectory } from '../report/out-directory.js';

/** Paths of large files that the report names. */
const LARGE_SHOWN = 10;

export const inventory = functionAgent({
  type: 'inventory',
  description: 'Lists the files of a repository and cuts them into batches',
  input: z.strictObject({ path: z.string(), out: z.string().optional() }),
  output: Inventory,
  async run({ path, out }, { signal }) {
    const root = resolve(path);
    await checkDirectory(root);
    const { source, paths } = await listFiles(root, outDirectory(out), signal);
    const looks = await lookAt(root, paths, signal);
    const text = looks.flatMap((look): TextFile[] => (look.is === 'text' ? [look] : []));
    const files = fitting(text);
    const large = looks.filter(({ is }) => is === 'large').map((look) => look.path);
    const count = (kind: Kind) => files.filter((file) => languageOf(file.path).kind === kind).length;
    return {
      summary: {
        root,
        name: basename(root) || root,
        source,
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        kinds: { script: count('script'), code: count('code'), text: count('text') },
        left: {
          binary: looks.filter(({ is }) => is === 'binary').length,
          large: large.length,
          unreadable: looks.filter(({ is }) => is === 'unreadable').length,
          beyond: text.length - files.length,
        },
        large: large.slice(0, LARGE_SHOWN),
      },
      batches: batchesOf(root, files),
    };
  },
});

async function checkDirectory(root: string): Promise<void> {
  const found = await stat(root).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const came = found === undefined ? 'nothing' : 'a file';
  throw new AgentError(`path: expected a directory, got ${came} at ${root}`, { retryable: false });
}
