// The JSON Schemas that editors read.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../src/config/json-schema.js';
import { undescribed } from '../src/domain/json/describe-schema.js';
import { planJsonSchema } from '../src/domain/plan/json-schema.js';

const ajv = new Ajv({ strict: true, strictRequired: false, strictTuples: false, allowUnionTypes: true });
addFormats.default(ajv);
const accepts = ajv.compile(configJsonSchema());

test.each([
  ['plans', planJsonSchema()],
  ['configurations', configJsonSchema()],
])('each key of %s has a description', (_what, schema) => {
  expect([...new Set(undescribed(schema))]).toEqual([]);
});

const examples = fileURLToPath(new URL('../examples', import.meta.url));
const configs = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /(?:^|\/)baton\.config\.yaml$/.test(name),
);

test.each(configs)('the schema of configurations accepts examples/%s', (name) => {
  // One example is given the address of its model when it runs.
  const config: unknown = parse(readFileSync(`${examples}/${name}`, 'utf8').replace('MODEL/v1', 'http://localhost/v1'));
  expect([accepts(config), accepts.errors]).toEqual([true, null]);
});

test.each([
  ['an agent of an unknown kind', { agents: [{ type: 'a', kind: 'shell', command: ['x'] }] }],
  ['a command without a program', { agents: [{ type: 'a', kind: 'command' }] }],
  ['an unknown key', { agents: [], agent: [] }],
  ['a schedule without a plan', { agents: [], schedules: [{ name: 'n', cron: '0 3 * * *' }] }],
])('the schema of configurations rejects %s', (_what, config) => {
  expect(accepts(config)).toBe(false);
});
