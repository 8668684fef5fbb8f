// `uniqueItems` in time proportional to the size of the array. Ajv's own compares every item with every other.
import type { Ajv, SchemaValidateFunction } from 'ajv';
import { canonicalJson } from '../domain/json/canonical.js';
import type { WorkMeter } from './work-meter.js';

/** This many characters of an item cost as much as one schema. */
const CHARACTERS_IN_ONE = 2;

export function replaceUniqueItems(ajv: Ajv, work: WorkMeter): void {
  const validate: SchemaValidateFunction = (wanted: boolean, items: readonly unknown[]): boolean => {
    if (!wanted) return true;
    const seen = new Map<string, number>();
    for (const [i, item] of items.entries()) {
      const text = canonicalJson(item);
      work.step(1 + text.length / CHARACTERS_IN_ONE);
      const j = seen.get(text);
      if (j !== undefined) {
        const message = `must NOT have duplicate items (items ## ${j} and ${i} are identical)`;
        validate.errors = [{ keyword: 'uniqueItems', message, params: { i, j } }];
        return false;
      }
      seen.set(text, i);
    }
    return true;
  };
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate });
}
