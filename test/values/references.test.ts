import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  encodeToPayload,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  carriedBytes,
  claimOf,
  isValueReference,
  openedBytes,
  openValue,
  replaceReferences,
  ValueReference,
  ValuesNeededError,
  valueReferencesIn,
  withOpenedValues,
} from '../../src/domain/json/value-reference.js';
import { openValues, openWorkerValues, storageActivities } from '../../src/values.js';
import { findClaims, nothingFound } from '../../src/values/storage/find-claims.js';

const HASH = 'ab'.repeat(32);
const reference = new ValueReference({
  hash: HASH,
  bytes: '9',
  key: `default/ab/${HASH}`,
  storage: 's',
  place: 'p',
  jsonBytes: '7',
});
const { payloadConverter } = loadDataConverter(await openWorkerValues({ storage: false }, {}));
const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes!).toString();

/** JSON with references, and with texts and keys that look like them. */
const withReferences = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(reference),
    fc.constantFrom(`baton:value:0:${HASH}`, 'baton:value:0:', 'a "baton:value:0:', 'baton:value:1:', 'x'),
    fc.jsonValue(),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(`baton:value:0:${HASH}`, '__proto__')), tie('value')),
  ),
})).value;

const shown = (value: unknown): unknown => replaceReferences(value, (one) => ['reference', claimOf(one)]);
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('references: a payload carries them, and texts that look like one stay texts', () => {
  fc.assert(
    fc.property(withReferences, (value) => {
      const payload = payloadConverter.toPayload(value);
      const back = payloadConverter.fromPayload(payload);
      expect(asJson(shown(back))).toEqual(asJson(shown(value)));
      expect(valueReferencesIn(back)).toHaveLength(valueReferencesIn(value).length);
      const isPlain = valueReferencesIn(value).length === 0;
      expect(text(payload.metadata!['encoding'])).toBe(isPlain ? 'json/plain' : 'json/baton-references');
    }),
  );
});

test('references: text from outside never becomes one', () => {
  const data = { a: `baton:value:0:${HASH}` };
  expect(payloadConverter.fromPayload(payloadConverter.toPayload(data))).toEqual(data);
});

async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'baton-references-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const info = { namespace: 'default' } as Parameters<
  NonNullable<ReturnType<typeof storageActivities>['storeOutput']>
>[1];

const keys = { keys: [{ id: 'k1', key: { env: 'BATON_TEST_REFERENCES' } }] };
process.env['BATON_TEST_REFERENCES'] = Buffer.alloc(32, 3).toString('base64');

test.for([{ encryption: undefined }, { encryption: keys }])(
  'references: an output is stored, read by activities, decoded to its value by clients, and found by a sweep; $encryption',
  async ({ encryption }) => {
    const settings = { storage: { dir: await scratch() }, ...(encryption === undefined ? {} : { encryption }) };
    const forWorker: DataConverter = await openWorkerValues(settings, {});
    const { storeOutput, readReferences } = storageActivities(forWorker);
    expect(await storeOutput!('small', info)).toBeUndefined();
    const output = { rows: ['ü'.repeat(200_000)] };
    const stored = (await storeOutput!(output, info))!;
    expect(isValueReference(stored)).toBe(true);
    expect(openedBytes([stored])).toBe(JSON.stringify(output).length + 200_000 + JSON.stringify([stored]).length);
    expect(await readReferences!({ a: stored, b: [stored] })).toEqual({ a: output, b: [output] });

    const payload = await encodeToPayload(loadDataConverter(forWorker), { a: stored, b: ['baton:value:0:', stored] });
    const client = loadDataConverter(await openValues(settings));
    expect(await decodeArrayFromPayloads(client, [payload])).toEqual([{ a: output, b: ['baton:value:0:', output] }]);
    const found = nothingFound();
    findClaims({ events: [payload] }, found);
    expect([...found.keys]).toEqual([claimOf(stored)['key']]);
  },
);

test('references: a value is opened if everything that it refers to has been read', () => {
  expect(() => openValue({ a: [reference] })).toThrow(ValuesNeededError);
  expect(withOpenedValues(new Map([[HASH, 1]]), () => openValue({ a: [reference] }))).toEqual({ a: [1] });
  expect(() => openValue(reference)).toThrow(ValuesNeededError);
  expect(carriedBytes({ a: reference })).toBeGreaterThan(carriedBytes({ a: 'x' }) + 500);
});
