// Parses the tenants that callers pass.
import { Tenant } from '../domain/run/tenant.js';
import { compileSchema } from '../json-schema.js';
import { InvalidInputError } from './errors.js';

const check = compileSchema(Tenant, 'tenant');

/** Takes a tenant or just its name. Throws InvalidInputError. */
export function parseTenant(value: unknown): Tenant {
  const checked = check(typeof value === 'string' ? { name: value } : value);
  if (!checked.ok) throw new InvalidInputError(checked.problems);
  return checked.value;
}
