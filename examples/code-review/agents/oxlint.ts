import { join, resolve } from 'node:path';
import { commandAgent } from 'baton-orchestrator';
import { z } from 'zod';
import { Batch, Findings, type Finding } from '../contract.js';
import { findingsOf, parseToolOutput, pathIn } from './findings.js';
import { HERE, toolPath } from './tool.js';

const Report = z.object({
  diagnostics: z.array(
    z.object({
      message: z.string(),
      code: z.string().optional(),
      severity: z.string(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.int().optional() }) })).optional(),
    }),
  ),
});

export const oxlint = commandAgent({
  type: 'oxlint',
  description: 'Lints JavaScript and TypeScript',
  command: [process.execPath],
  cwd: HERE,
  // 1 is what it ends with when it found an error in the files.
  successExits: [0, 1],
  maxStdout: 64 * 1024 * 1024,
  input: Batch,
  output: Findings,
  args: ({ root, files }) => [
    toolPath('oxlint'),
    '--format=json',
    `--config=${join(HERE, 'oxlint.json')}`,
    // A configuration of the reviewed repository could name plug-ins, which are programs.
    '--disable-nested-config',
    '--no-error-on-unmatched-pattern',
    ...files.map((file) => join(root, file)),
  ],
  parse({ stdout }, { root }) {
    // A sentence comes first where it passed over every file.
    const { diagnostics } = parseToolOutput('oxlint', Report, stdout.replace(/^[^{]*(?=\{)/, ''));
    return findingsOf(
      diagnostics.map(({ message, code, severity, filename, labels }): Finding => ({
        path: pathIn(root, resolve(HERE, filename)),
        line: labels?.[0]?.span.line ?? 1,
        rule: code ?? 'syntax',
        severity: severity === 'error' ? 'error' : 'warning',
        message,
      })),
    );
  },
});
