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

/** What a tool printed, as it promised to. Throws an `AgentError` that quotes no more than a first line. */
export function parseToolOutput<S extends z.ZodType>(tool: string, schema: S, text: string): z.output<S> {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const what = text.trimStart().split('\n', 1)[0]!.slice(0, 120);
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new AgentError(`${tool}: expected its report as JSON${where}, got ${what === '' ? 'nothing' : what}`, {
    type: 'InvalidOutput',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
