import { join } from 'node:path';
import { commandAgent } from 'baton-orchestrator';
import { z } from 'zod';
import { Clones } from '../contract.js';
import { HERE } from './tool.js';

/** A program of this example around jscpd: JSON in, JSON out, as any command agent may be written. */
export const jscpd = commandAgent({
  type: 'jscpd',
  description: 'Finds code that was copied',
  command: [process.execPath, join(HERE, 'duplicates.mjs')],
  cwd: HERE,
  // The library is not installed.
  fatalExits: [69],
  input: z.strictObject({ root: z.string(), files: z.array(z.string()) }),
  output: Clones,
});
