// Keys of a YAML document that JSON cannot have: duplicate keys, and keys that are a list or an object.
import { isScalar, visit, type Document } from 'yaml';

/** `key` is absent if the key is a list or an object. */
export function problemKeys(document: Document.Parsed): { key?: string; offset: number }[] {
  const found: { key?: string; offset: number }[] = [];
  visit(document, {
    Map(_key, map) {
      const keys = new Set<string>();
      for (const { key } of map.items) {
        const offset = offsetOf(key);
        if (!isScalar(key)) {
          found.push({ offset });
          continue;
        }
        // `1` and `"1"` are two keys in YAML, and one in JSON.
        const text = textOf(key.value);
        if (keys.has(text)) found.push({ key: text, offset });
        keys.add(text);
      }
    },
  });
  return found;
}

const textOf = (value: unknown): string =>
  value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

function offsetOf(key: unknown): number {
  if (typeof key !== 'object' || key === null || !('range' in key) || !Array.isArray(key.range)) return 0;
  const start: unknown = key.range[0];
  return typeof start === 'number' ? start : 0;
}
