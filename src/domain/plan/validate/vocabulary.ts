// The plan language in words, for messages: the zod schemas have only types.
import { Budget } from '../../budget/budget.js';
import { Compensate, Fallback, Hedge, Vote } from '../../call/options.js';
import { Approve, Decompose, Defaults, ForEach, PlanHead, Publish, Replan, Task, TASK_KINDS } from '../plan.js';
import { Retry } from '../../call/retry.js';
import { Cache } from '../../call/reuse.js';

/** The expectations of values that may have several forms, by key. */
export const FORMS: ReadonlyMap<string, string> = new Map([
  ['join', 'expected "all-succeeded", "none-failed", "all-done", "any-succeeded", "any-failed" or { atLeast: k }'],
  ['tolerate', 'expected a number of items, or a percentage from "0%" to "100%"'],
  ['items', 'expected an array, or an expression that gives one'],
  ['batch', 'expected a whole number of at least 1, or { max, wait }'],
  ['wait', 'expected a duration, an ISO 8601 time, an expression, { for: … } or { until: … }'],
  ['event', 'expected the name of an event, or { name: …, timeout: … }'],
  ['publish', `expected an object of ${Object.keys(Publish.shape).join(', ')}`],
  ['approve', `expected true, or an object of ${Object.keys(Approve.shape).join(', ')}`],
  ['aggregate', 'expected an expression over $output, or { agent: … }'],
  ['fallback', 'expected { agent: … }, or a list of them'],
  ['when', 'expected true, false or an expression {% … %}'],
  ['plan', 'expected a plan, or the name of one'],
  ['calls', 'expected a whole number of at least 0, or { soft, hard }'],
  ['tokens', 'expected a whole number of at least 0, or { soft, hard }'],
  ['usd', 'expected a number of at least 0, or { soft, hard }'],
  ['duration', 'expected a duration such as "30m", or { soft, hard }'],
  ['input', 'expected a JSON Schema (an object, true or false)'],
]);

export const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['array', 'an array'],
]);

export const DURATION_KEYS: ReadonlySet<string> = new Set([
  'timeout',
  'heartbeat',
  'idle',
  'deadline',
  'after',
  'duration',
  'initial',
  'max',
  'ttl',
]);

/** Kinds of tasks that this version does not have yet. */
export const NOT_YET: ReadonlySet<string> = new Set(['machine']);

const keysOf = (shape: object): ReadonlySet<string> => new Set(Object.keys(shape));

export const PLAN_KEYS: ReadonlySet<string> = new Set([...Object.keys(PlanHead.shape), 'tasks']);
export const TASK_KEYS = keysOf(Task.shape);

/** For a key, anywhere in a plan: the keys of the object under it. */
export const KEYS_UNDER: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['defaults', keysOf(Defaults.shape)],
  ['retry', keysOf(Retry.shape)],
  ['cache', keysOf(Cache.shape)],
  ['budget', keysOf(Budget.shape)],
  ['forEach', keysOf(ForEach.shape)],
  ['batch', new Set(['max', 'wait'])],
  ['approve', keysOf(Approve.shape)],
  ['decompose', keysOf(Decompose.shape)],
  ['replan', keysOf(Replan.shape)],
  ['aggregate', new Set(['agent', 'timeout', 'retry'])],
  ['hedge', keysOf(Hedge.shape)],
  ['vote', keysOf(Vote.shape)],
  ['fallback', keysOf(Fallback.shape)],
  ['compensate', keysOf(Compensate.shape)],
  ['join', new Set(['atLeast'])],
  ['wait', new Set(['for', 'until'])],
  ['event', new Set(['name', 'timeout'])],
  ['publish', keysOf(Publish.shape)],
]);

/** Names of keys in other systems, in lower case and without punctuation, and the key with that meaning in a plan. */
export const KNOWN_AS: ReadonlyMap<string, string> = new Map([
  ['dependson', 'needs'],
  ['depends', 'needs'],
  ['after', 'needs'],
  ['if', 'when'],
  ['condition', 'when'],
  ['foreach', 'forEach'],
  ['map', 'forEach'],
  ['retries', 'retry'],
  ['onerror', 'fallback'],
  ['undo', 'compensate'],
  ['rollback', 'compensate'],
  ['with', 'input'],
  ['args', 'input'],
  ['params', 'input'],
  ['tool', 'agent'],
  ['steps', 'tasks'],
  ['jobs', 'tasks'],
  ['nodes', 'tasks'],
]);

export const ONE_KIND = `expected exactly one of ${TASK_KINDS.join(', ')}`;
