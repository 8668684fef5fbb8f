// From what a tool says of the files of one batch to findings that fit a report.
import { relative } from 'node:path';
import { AgentError } from 'baton-orchestrator';
import type { z } from 'zod';
import type { Finding, Findings } from '../contract.js';

/** Of one batch; the rest is counted. */
const SHOWN = 60;
const MAX_MESSAGE = 240;

/** Errors come first where not all are kept. */
export function findingsOf(all: readonly Finding[]): Findings {
  const rules: Record<string, number> = {};
  for (const { rule } of all) rules[rule] = (rules[rule] ?? 0) + 1;
  const errors = all.filter(({ severity }) => severity === 'error');
  const ranked = [...errors, ...all.filter(({ severity }) => severity !== 'error')];
  return {
    total: all.length,
    errors: errors.length,
    rules,
    shown: ranked.slice(0, SHOWN).map((finding) => ({ ...finding, message: finding.message.slice(0, MAX_MESSAGE) })),
  };
}

/** Relative to the reviewed directory, with forward slashes. */
export const pathIn = (root: string, file: string): string => relative(root, file).replaceAll('\\', '/');

/** What a tool printed, as it promised to. Throws an `AgentError` without what it printed: that may hold a secret. */
export function parseToolOutput<S extends z.ZodType>(tool: string, schema: S, text: string): z.output<S> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new AgentError(`${tool}: expected JSON, got ${text.length} characters that are none`, {
      type: 'InvalidOutput',
      cause: error instanceof SyntaxError ? undefined : error,
    });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AgentError(`${tool}: unexpected output at ${issue?.path.join('.')}: ${issue?.message}`, {
    type: 'InvalidOutput',
  });
}
