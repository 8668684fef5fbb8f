// Programs that npm installed, found when they are called: one that is missing fails its own task, not the whole review.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AgentError } from 'baton-orchestrator';
import { z } from 'zod';

const require = createRequire(import.meta.url);

const Manifest = z.object({ bin: z.union([z.string(), z.record(z.string(), z.string())]) });

/** The directory of this example: tools run here, so that no configuration of the reviewed repository is theirs. */
export const HERE = fileURLToPath(new URL('..', import.meta.url));

/** The file to hand to Node.js. Throws an `AgentError`. */
export function toolPath(name: string): string {
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const { bin } = Manifest.parse(JSON.parse(readFileSync(manifest, 'utf8')));
    return join(dirname(manifest), typeof bin === 'string' ? bin : bin[name]!);
  } catch (error) {
    throw new AgentError(`${name} is not installed; run "npm install --save-dev ${name}"`, {
      retryable: false,
      cause: error,
    });
  }
}
