// Checks that a plan is JSON, because it is sent in a payload. This check comes first, so that every later check may recurse, print and
// compare.
import { problem, type Problem } from '../../problem.js';
import { MAX_VALUE_BYTES, jsonBytes } from '../../json/byte-size.js';
import { jsonFault } from '../../json/json-fault.js';

/** Ten levels of sub-plans take thirty levels; the rest is for data in inputs. */
const MAX_NESTING = 200;
/** A plan is sent in one payload of at most 2 MiB, together with the progress of its run. */
export const MAX_PLAN_BYTES = 1.5 * 1024 * 1024;
/** If payloads are stored: about 200,000 tasks, more than one history of a run has events for. */
export const MAX_STORED_PLAN_BYTES = 16 * 1024 * 1024;

/** The most bytes of a plan in a run whose payloads have at most this many. */
export const planLimit = (valueLimit: number): number =>
  valueLimit > MAX_VALUE_BYTES ? Math.min(MAX_STORED_PLAN_BYTES, valueLimit) : MAX_PLAN_BYTES;

/** The first reason why a value cannot be a plan as JSON; `undefined` if there is none. */
export function jsonProblem(root: unknown, limit = MAX_PLAN_BYTES): Problem | undefined {
  // Each value takes a character and a comma.
  const values = limit / 2;
  const fault = jsonFault(root, { levels: MAX_NESTING, values });
  if (fault === undefined) return undefined;
  if (fault.kind === 'too-many') return tooLarge(`more than ${values} values`, limit);
  if (fault.kind === 'not-json') return problem('plan.not-json', fault.path, fault.message);
  return problem('plan.too-nested', [], `expected at most ${MAX_NESTING} levels of nesting, got more`);
}

/** Expects a value without a `jsonProblem`. */
export function sizeProblem(root: unknown, limit = MAX_PLAN_BYTES): Problem | undefined {
  const bytes = jsonBytes(root);
  return bytes <= limit ? undefined : tooLarge(`${(bytes / 1024 / 1024).toFixed(1)} MiB`, limit);
}

const tooLarge = (came: string, limit: number): Problem =>
  problem(
    'plan.too-large',
    [],
    `expected at most ${limit / 1024 / 1024} MiB as JSON, got ${came}`,
    'put large data where agents can fetch it, or parts of the plan into plans of their own',
  );
