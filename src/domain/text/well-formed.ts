// Well-formed text has no unpaired surrogates. JavaScript allows them, but no encoding has them: if a text field of Temporal's
// protocol contains one, decoding fails and the worker ends, and so does the next worker that gets it. JSON is safe: it escapes them.
//
// W1. Every error that leaves an activity, a Workflow or a handler goes through `wellFormedError`.
// W2. Names that become fields of the protocol (run ids, tenants, agents, Task Queues) are checked where the user gives them.
// W3. Text is cut by `headOf` and `tailOf`, which never part a surrogate pair.

/** The first `length` code units, or one less if the last would be half of a surrogate pair. */
export const headOf = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, isWithinPair(text, length) ? length - 1 : length);

/** The last `length` code units, or one less if the first would be half of a surrogate pair. */
export const tailOf = (text: string, length: number): string => {
  const start = text.length - length;
  return start <= 0 ? text : text.slice(isWithinPair(text, start) ? start + 1 : start);
};

/** True if a cut at this position would part a surrogate pair. */
function isWithinPair(text: string, at: number): boolean {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

/** The text fields of an error that Temporal sends. */
const TEXTS = ['message', 'stack', 'name', 'type', 'source'] as const;
/** Longer chains of causes are cut: a chain may be circular. */
const MAX_CAUSES = 20;

/** The same error, with each unpaired surrogate in its texts and causes replaced by U+FFFD. */
export function wellFormedError(error: unknown, depth = MAX_CAUSES): unknown {
  if (typeof error === 'string') return error.toWellFormed();
  if (typeof error !== 'object' || error === null) return error;
  try {
    for (const key of TEXTS)
      replaceField(error, key, (text) => (typeof text === 'string' ? text.toWellFormed() : text));
    if ('cause' in error)
      replaceField(error, 'cause', (cause) => (depth > 0 ? wellFormedError(cause, depth - 1) : undefined));
    return error;
  } catch {
    // The error is frozen, or its fields are accessors that throw.
    return new Error(textOf(error).toWellFormed());
  }
}

function replaceField(error: object, key: string, replaced: (value: unknown) => unknown): void {
  const before: unknown = Reflect.get(error, key);
  const value = replaced(before);
  if (value === before) return;
  Object.defineProperty(error, key, { value, configurable: true, enumerable: false, writable: true });
}

function textOf(error: object): string {
  try {
    return 'message' in error ? String(error.message) : Object.prototype.toString.call(error);
  } catch {
    return 'an error without a message';
  }
}
