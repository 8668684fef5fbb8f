import { join } from 'node:path';
import { commandAgent } from 'baton-orchestrator';
import { z } from 'zod';
import { Batch, Finding, Findings } from '../contract.js';
import { findingsOf, parseToolOutput } from './findings.js';
import { HERE } from './tool.js';

/** A program of this example around secretlint: the batch goes to its stdin as JSON. */
export const secretlint = commandAgent({
  type: 'secretlint',
  description: 'Looks for credentials',
  command: [process.execPath, join(HERE, 'credentials.mjs')],
  cwd: HERE,
  // The library is not installed.
  fatalExits: [69],
  input: Batch,
  output: Findings,
  parse: ({ stdout }) => findingsOf(parseToolOutput('secretlint', z.array(Finding), stdout)),
});
