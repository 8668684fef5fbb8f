// Looks for credentials. What it finds is told by rule, file and line; the credential itself stays where it is.
import { join } from 'node:path';
import { commandAgent } from 'baton-orchestrator';
import { z } from 'zod';
import { Batch, Findings, type Finding } from '../contract.js';
import { findingsOf, parseToolOutput, pathIn } from './findings.js';
import { HERE, toolPath } from './tool.js';

const RULES = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend' }] };

// It also prints the files themselves, which go no further than here.
const Report = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(
      z.object({
        message: z.string(),
        ruleId: z.string(),
        severity: z.string(),
        loc: z.object({ start: z.object({ line: z.int() }) }),
      }),
    ),
  }),
);

export const secretlint = commandAgent({
  type: 'secretlint',
  description: 'Looks for credentials',
  command: [process.execPath],
  cwd: HERE,
  // 1 is what it ends with when it found something.
  successExits: [0, 1],
  // The files of a batch, and room for what JSON escapes.
  maxStdout: 64 * 1024 * 1024,
  input: Batch,
  output: Findings,
  args: ({ root, files }) => [
    toolPath('secretlint'),
    '--format=json',
    '--no-glob',
    '--no-color',
    `--secretlintrcJSON=${JSON.stringify(RULES)}`,
    ...files.map((file) => join(root, file)),
  ],
  parse({ stdout }, { root }) {
    const files = parseToolOutput('secretlint', Report, stdout);
    return findingsOf(
      files.flatMap(({ filePath, messages }) =>
        messages.map(
          ({ message, ruleId, severity, loc }): Finding => ({
            path: pathIn(root, filePath),
            line: loc.start.line,
            rule: ruleId.replace('@secretlint/secretlint-rule-', ''),
            severity: severity === 'error' ? 'error' : 'warning',
            // What follows the colon is the credential; it comes masked, and is left out all the same.
            message: message.replace(/:.*$/s, '').replace(/\(\*+\)/g, ''),
          }),
        ),
      ),
    );
  },
});
