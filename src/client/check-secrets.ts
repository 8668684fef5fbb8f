// Checks the references to secrets that a plan has: their form, and whether the workers of the configuration allow them.
import { isRecord } from '../domain/json/own-property.js';
import { problem, shown, type Path, type Problem } from '../domain/problem.js';
import { SecretName } from '../domain/secret.js';

/** `allow`: the secrets that the workers allow; `undefined` if that is not known. */
export function checkSecrets(raw: unknown, allow: readonly string[] | undefined): Problem[] {
  const tasks = isRecord(raw) ? raw['tasks'] : undefined;
  const problems: Problem[] = [];
  const allowed = allow === undefined ? undefined : new Set(allow);
  const search = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Object.hasOwn(value, '$secret')) problems.push(...checkReference(value, path, allowed));
    for (const [key, part] of Object.entries(value)) {
      // The input of a plan within the plan is a schema.
      if (!(key === 'input' && path.at(-1) === 'plan'))
        search(part, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  search(tasks, ['tasks']);
  return problems;
}

function checkReference(reference: object, path: Path, allowed: ReadonlySet<string> | undefined): Problem[] {
  const name: unknown = Reflect.get(reference, '$secret');
  const isAlone = Object.keys(reference).length === 1;
  // An expression may choose the secret when the task runs.
  if (isAlone && typeof name === 'string' && name.includes('{%')) return [];
  if (!isAlone || !SecretName.safeParse(name).success) {
    const message = `expected { $secret: NAME } with the name of a secret and no other key, got ${shown(reference)}`;
    return [problem('plan.bad-secret', path, message)];
  }
  if (allowed === undefined || allowed.has(String(name))) return [];
  const message = `expected one of the ${allowed.size} secrets that the configuration allows, got ${shown(name)}`;
  return [problem('plan.secret-not-allowed', path, message, 'add it to secrets.allow of the configuration')];
}
