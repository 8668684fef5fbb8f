// Tenants as callers give them.
import { Tenant } from '../domain/tenant.js';
import { compileSchema } from '../json-schema.js';
import { InvalidInputError } from './errors.js';

const check = compileSchema(Tenant, 'tenant');

/** Also of a name alone. Throws InvalidInputError. */
export function parseTenant(value: unknown): Tenant {
  const checked = check(typeof value === 'string' ? { name: value } : value);
  if (!checked.ok) throw new InvalidInputError(checked.problems);
  return checked.value;
}
