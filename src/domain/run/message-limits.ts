// What the messages of a run may contain. The client checks a message before it sends it, and the run checks it again before it becomes
// part of the history, because other clients than Baton's may send it.
import { jsonBytes, MAX_VALUE_BYTES } from '../json/byte-size.js';
import { MAX_EVENT_NAME } from '../plan/plan.js';
import { jsonFault } from '../json/json-fault.js';
import { formatPath, shown, withHint } from '../problem.js';
import { referencesIn } from '../secret.js';

/** An id of an event is the id of an update, which Temporal limits to 1,000 characters. Ids are also carried through continue-as-new. */
export const MAX_EVENT_ID = 200;

/** A comment becomes part of the output of its task, or of its failure, which is shown in tables. */
export const MAX_COMMENT = 10_000;

/** The name of the person who answers. */
export const MAX_BY = 200;

/** The worker and later checks recurse over data; both work for thousands of levels. */
const MAX_LEVELS = 500;

/** JSON of MAX_VALUE_BYTES cannot have more values: each takes a character and a comma. */
const MAX_VALUES = MAX_VALUE_BYTES / 2;

/** The first reason why a value cannot be part of a message, in one line that begins with `what`; `undefined` if there is none. */
export function dataFault(what: string, value: unknown): string | undefined {
  const fault = jsonFault(value, { levels: MAX_LEVELS, values: MAX_VALUES, converts: true });
  if (fault?.kind === 'too-many') return withHint(`${what}: ${fault.message}`, SEND_LESS);
  if (fault !== undefined) return `${what}${pathWithin(fault.path)}: ${fault.message}`;
  const bytes = jsonBytes(value);
  if (bytes > MAX_VALUE_BYTES) {
    return withHint(`${what}: expected at most ${MAX_VALUE_BYTES} bytes of JSON, got ${bytes}`, SEND_LESS);
  }
  // The sender would choose a secret that the worker puts into the input of a later call.
  const [reference] = referencesIn(value);
  if (reference === undefined) return undefined;
  return `${what}${pathWithin(reference.path)}: expected no reference to a secret, got ${shown({ $secret: reference.name })}`;
}

const SEND_LESS = 'store the data where agents can fetch it, and send a reference to it';

function pathWithin(path: Parameters<typeof formatPath>[0]): string {
  const text = formatPath(path);
  return text === '' || text.startsWith('[') ? text : `.${text}`;
}

export interface SentEventParts {
  readonly name: unknown;
  readonly data?: unknown;
  readonly id?: unknown;
}

/** The first reason why an event cannot be sent; `undefined` if there is none. */
export function eventFault({ name, data, id }: SentEventParts): string | undefined {
  return (
    textFault('event', name, MAX_EVENT_NAME) ??
    (id === undefined ? undefined : idFault(id)) ??
    (data === undefined ? undefined : dataFault('data', data))
  );
}

/** The first reason why an approval or a rejection cannot be sent; `undefined` if there is none. */
export function approvalFault(answer: {
  readonly comment?: unknown;
  readonly by?: unknown;
  readonly plan?: unknown;
}): string | undefined {
  const { comment, by, plan } = answer;
  return (
    (comment === undefined ? undefined : textFault('comment', comment, MAX_COMMENT, 0)) ??
    (by === undefined ? undefined : textFault('by', by, MAX_BY, 0)) ??
    (plan === undefined ? undefined : dataFault('plan', plan))
  );
}

function textFault(what: string, value: unknown, most: number, least = 1): string | undefined {
  const expected = `${what}: expected ${least === 0 ? 'at most' : `${least} to`} ${most} characters`;
  if (typeof value !== 'string') return `${expected}, got ${shown(value)}`;
  if (value.length >= least && value.length <= most) return undefined;
  return `${expected}, got ${value.length === 0 ? '""' : value.length}`;
}

/** An id is a field of Temporal's protocol, which a lone surrogate would break. */
const idFault = (id: unknown): string | undefined =>
  typeof id === 'string' && !id.isWellFormed()
    ? `id: expected the id of an event without unpaired surrogates, got ${shown(id)}`
    : textFault('id', id, MAX_EVENT_ID);
