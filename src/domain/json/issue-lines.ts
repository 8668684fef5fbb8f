// Issues of zod as lines for people, for settings that a person wrote: each begins with the place within the value.
import { z } from 'zod';
import { formatPath, unknownKeyProblem, withHint, type Path } from '../problem.js';
import { describeIssue, intendedForm } from './zod-issues.js';

type Issue = z.core.$ZodIssue;

export interface Parsed {
  readonly schema: z.ZodType;
  readonly raw: unknown;
  /** A line of its own for some unknown keys. */
  readonly keyLine?: (path: Path, key: string, known: readonly string[]) => string | undefined;
}

/** `resources[0]: unknown key "wieght"; did you mean "weight"?` */
export function issueLines(issues: readonly Issue[], parsed: Parsed): string[] {
  return issues.flatMap((issue) => {
    // A union with a message of its own explains all its forms.
    const form = issue.message === 'Invalid input' ? intendedForm(issue) : undefined;
    return form === undefined ? linesOf(issue, parsed) : issueLines(form, parsed);
  });
}

function linesOf(issue: Issue, { schema, raw, keyLine }: Parsed): string[] {
  const where = issue.path.length === 0 ? '' : `${formatPath(issue.path)}: `;
  if (issue.code !== 'unrecognized_keys') return [where + describeIssue(issue, raw)];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const { message, hint } = unknownKeyProblem(key, known);
    return keyLine?.(issue.path, key, known) ?? where + withHint(message, hint);
  });
}

/** The keys of the objects that a schema expects at a path. */
export function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const [key, ...rest] = path;
  const below = (next: z.core.$ZodType | undefined): string[] => (next === undefined ? [] : keysAt(next, rest));
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((one) => keysAt(one, path)))];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysAt(schema.def.innerType, path);
  if (schema instanceof z.ZodPipe) return keysAt(schema.def.in, path);
  if (schema instanceof z.ZodObject) {
    if (key === undefined) return Object.keys(schema.shape);
    return below(Object.hasOwn(schema.shape, key) ? (schema.shape as z.ZodRawShape)[String(key)] : undefined);
  }
  if (key === undefined) return [];
  if (schema instanceof z.ZodArray) return below(schema.element);
  return schema instanceof z.ZodRecord ? below(schema.valueType) : [];
}
