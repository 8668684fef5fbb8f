// Reports zod's issues in the words of the plan language: with a code, a path, what was expected and what came.
import type { z } from 'zod';
import { intendedForm, valueUnder, withValue } from '../../json/zod-issues.js';
import { didYouMean, knownHere, shown, type Path } from '../../problem.js';
import { isRecord } from '../../json/own-property.js';
import type { Context } from './context.js';
import { DURATION_KEYS, FORMS, KEYS_UNDER, KNOWN_AS, NOT_YET, TYPES } from './vocabulary.js';

type Issue = z.core.$ZodIssue;

/** The value that was parsed, and its path in the plan. */
export interface Parsed {
  readonly raw: unknown;
  readonly path: Path;
  /** The keys that it may have. */
  readonly keys: ReadonlySet<string>;
}

export function reportIssues(issues: readonly Issue[], parsed: Parsed, context: Context): void {
  for (const issue of issues) {
    const form = intendedForm(issue);
    if (issue.code === 'unrecognized_keys') reportKeys(issue.keys, issue.path, parsed, context);
    else if (form !== undefined) reportIssues(form, parsed, context);
    else reportIssue(issue, parsed, context);
  }
}

function reportKeys(unknown: readonly string[], at: Path, { path, keys }: Parsed, context: Context): void {
  const container = at.findLast((key) => typeof key === 'string');
  const known = container === undefined ? keys : (KEYS_UNDER.get(container) ?? keys);
  for (const key of unknown) {
    const where = [...path, ...at, key];
    if (at.length === 0 && NOT_YET.has(key) && keys.has('agent')) {
      context.report('plan.not-yet', where, 'not in this version of Baton');
      continue;
    }
    const alias = KNOWN_AS.get(key.toLowerCase().replaceAll(/[^a-z]/g, ''));
    const hint =
      alias !== undefined && known.has(alias) ? `did you mean ${JSON.stringify(alias)}?` : context.suggest(key, known);
    const message = `unknown key ${shown(key)}`;
    context.report('plan.unknown-key', where, message, hint ?? knownHere(known));
  }
}

function reportIssue(issue: Issue, { raw, path }: Parsed, context: Context): void {
  const came = valueUnder(raw, issue.path);
  const key = issue.path.findLast((part) => typeof part === 'string') ?? '';
  const { code, expected, hint } = describe(issue, key, came);
  context.report(code, [...path, ...issue.path], withValue(expected, came), hint);
}

const EVENT_IN_WAIT = 'a task that waits for an event has "event: { name: … }" instead of "wait"';

interface Description {
  readonly code: string;
  readonly expected: string;
  readonly hint?: string | undefined;
}

function describe(issue: Issue, key: string, came: unknown): Description {
  if (key === 'items' && came === undefined) return { code: 'plan.no-items', expected: FORMS.get(key)! };
  switch (issue.code) {
    case 'invalid_type':
      return describeType(issue.expected, key, came);
    case 'invalid_union':
      return {
        code: came === undefined ? 'plan.missing-key' : 'plan.bad-value',
        expected: formOf(key),
        hint: key === 'wait' && isRecord(came) && Object.hasOwn(came, 'event') ? EVENT_IN_WAIT : undefined,
      };
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value));
      const hint = typeof came === 'string' ? didYouMean(came, issue.values.map(String)) : undefined;
      return {
        code: 'plan.bad-value',
        expected: `expected ${values.join(', ')}`.replace(/, ([^,]*)$/, ' or $1'),
        hint,
      };
    }
    case 'too_small':
      return {
        code: 'plan.out-of-range',
        expected: `expected at least ${String(issue.minimum)}${unitOf(issue.origin)}`,
      };
    case 'too_big':
      return {
        code: 'plan.out-of-range',
        expected: `expected at most ${String(issue.maximum)}${unitOf(issue.origin)}`,
      };
    case 'invalid_format':
      return { code: 'plan.bad-value', expected: issue.message };
    case 'custom': {
      const code: unknown = issue.params?.['problem'];
      return { code: typeof code === 'string' ? code : 'plan.bad-value', expected: issue.message };
    }
    default:
      return { code: 'plan.bad-value', expected: issue.message };
  }
}

function describeType(expected: string, key: string, came: unknown): Description {
  const missing = came === undefined;
  if (expected === 'string' && DURATION_KEYS.has(key)) {
    const code = missing ? 'plan.missing-key' : 'plan.bad-duration';
    return { code, expected: 'expected a duration such as "250ms", "30s", "5m", "1h30m" or "3d"' };
  }
  const known = KEYS_UNDER.get(key);
  const noun =
    expected === 'object' && known !== undefined ? `an object of ${[...known].join(', ')}` : TYPES.get(expected);
  // A number that is not whole is out of range; any other value has another type.
  const code = missing ? 'plan.missing-key' : typeof came === 'number' ? 'plan.out-of-range' : 'plan.bad-type';
  return {
    code: expected === 'int' || missing ? code : 'plan.bad-type',
    expected: `expected ${noun ?? expected}`,
  };
}

const formOf = (key: string): string => FORMS.get(key) ?? 'expected another value';
const unitOf = (origin: string): string => (origin === 'string' ? ' character' : '');
