import { expect, test } from 'vitest';
import { Tenant } from '../../../src/domain/run/tenant.js';

const accepts = (value: unknown) => Tenant.safeParse(value).success;

test('a tenant has a name of at most 64 bytes, on one line', () => {
  expect(accepts({ name: 'acme' })).toBe(true);
  expect(accepts({ name: 'ü'.repeat(32) })).toBe(true);
  for (const name of ['', ' acme', 'a\nb', 'ü'.repeat(33), 'x'.repeat(65), 5]) expect(accepts({ name })).toBe(false);
});

test('its weight is one that Temporal knows', () => {
  for (const weight of [0.001, 1, 1000]) expect(accepts({ name: 'acme', weight })).toBe(true);
  for (const weight of [0, -1, 1001, '2', NaN]) expect(accepts({ name: 'acme', weight })).toBe(false);
});
