// A check of values in which references to secrets stand for text that is not known yet.
import { referencesIn, replaceReferences, secretMark } from '../domain/secret.js';
import { formatPath } from '../domain/problem.js';
import type { Check } from '../json-schema.js';

/** A reference cannot stand for a value of another type. */
const OTHER_TYPE = /: expected (?:to be |an? )?(?:number|integer|int|boolean|object|array|record|null)\b/;

/**
 * The same check, which accepts `{ $secret: NAME }` for a string of any content, length or format. `name` is the one that problems
 * begin with. If the value has references and fits, it is returned unchanged.
 */
export const acceptReferences =
  <T>(check: Check<T>, name: string): Check<unknown> =>
  (value) => {
    const references = referencesIn(value);
    if (references.length === 0) return check(value);
    const checked = check(replaceReferences(value, secretMark));
    if (checked.ok) return { ok: true, value };
    const places = references.map(({ path }) => path);
    const starts = places.flatMap((path) => [
      `${formatPath([name, ...path])}: `,
      // JSON Pointers do not tell the key "5" from the index 5.
      `${formatPath([name, ...path.map(indexLike)])}: `,
    ]);
    const problems = checked.problems.filter(
      (line) => OTHER_TYPE.test(line) || !starts.some((start) => line.startsWith(start)),
    );
    return problems.length === 0 ? { ok: true, value } : { ok: false, problems };
  };

const indexLike = (key: PropertyKey): PropertyKey => (typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : key);
