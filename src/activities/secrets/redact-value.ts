// Replaces secrets in a value of any shape: in its texts, keys and numbers. Parts without secrets stay the same objects.
import type { FixedRedactor } from './redactor.js';

export function redactValue(value: unknown, { redact }: Pick<FixedRedactor, 'redact'>): unknown {
  // The objects that contain the part at hand. A part that contains itself stays: it is refused later, because it is not JSON.
  const open = new Set<object>();
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return redact(part);
    if (typeof part === 'number' || typeof part === 'bigint') return redactNumber(part, redact);
    if (typeof part !== 'object' || part === null || open.has(part)) return part;
    open.add(part);
    const redacted = redactObject(part, walk, redact);
    open.delete(part);
    return redacted;
  };
  return walk(value);
}

function redactNumber(value: number | bigint, redact: FixedRedactor['redact']): unknown {
  const text = String(value);
  const redacted = redact(text);
  return redacted === text ? value : redacted;
}

function redactObject(object: object, walk: (part: unknown) => unknown, redact: FixedRedactor['redact']): unknown {
  if (Array.isArray(object)) {
    const parts = object.map(walk);
    return parts.every((part, index) => part === object[index]) ? object : parts;
  }
  if (!isPlain(object)) return redactAsJson(object, redact);
  const entries = Object.entries(object).map(([key, part]) => [redact(key), walk(part), key, part] as const);
  const isSame = entries.every(([key, part, oldKey, oldPart]) => key === oldKey && Object.is(part, oldPart));
  return isSame ? object : Object.fromEntries(entries);
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A Date, a URL, an instance of a class: it is what its JSON is. */
function redactAsJson(object: object, redact: FixedRedactor['redact']): unknown {
  try {
    const text = JSON.stringify(object);
    const plain: unknown = JSON.parse(text);
    const redacted = redactValue(plain, { redact });
    return JSON.stringify(redacted) === text ? object : redacted;
  } catch {
    // It is not JSON, which is reported later.
    return object;
  }
}
