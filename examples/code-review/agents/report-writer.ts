// Writes the same bytes to the same place at every attempt, each file at once, so that a repeated call does no harm.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError, functionAgent } from 'baton-orchestrator';
import { z } from 'zod';
import { markdownOf } from '../report/markdown.js';
import { outDirectory } from '../report/out-directory.js';
import { Parts } from '../report/parts.js';
import { reviewOf } from '../report/review.js';

export const reportWriter = functionAgent({
  type: 'report-writer',
  description: 'Writes report.md and report.json',
  input: Parts,
  output: z.strictObject({ complete: z.boolean(), markdown: z.string(), json: z.string(), text: z.string() }),
  async run(parts) {
    const review = reviewOf(parts);
    const text = markdownOf(review);
    const out = outDirectory(parts.out);
    const markdown = join(out, 'report.md');
    const json = join(out, 'report.json');
    try {
      await mkdir(out, { recursive: true });
      await replace(markdown, text);
      await replace(json, `${JSON.stringify(review, null, 2)}\n`);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      throw new AgentError(`out: cannot write to ${out} (${code})`, { retryable: false, cause: error });
    }
    return { complete: review.complete, markdown, json, text };
  },
});

async function replace(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, content);
  await rename(draft, path);
}
