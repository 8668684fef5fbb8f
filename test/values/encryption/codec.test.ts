import { randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEncryptionCodec } from '../../../src/values/encryption/codec.js';
import { readKeys } from '../../../src/values/encryption/keys.js';

const SECRETS: Record<string, string> = {
  A: Buffer.alloc(32, 'a').toString('base64'),
  B: Buffer.alloc(32, 'b').toString('base64'),
};

const codec = async (...ids: string[]) =>
  createEncryptionCodec(await readKeys({ keys: ids.map((id) => ({ id, key: { env: id } })) }, SECRETS));

const payload = (data: Uint8Array | string): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(data as string),
});

const LARGE = 8 * 1024;
const context = { type: 'workflow', namespace: 'default', workflowId: 'nightly' } as const;

const content = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString()]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});

async function encoded(text: Uint8Array | string, ...ids: string[]): Promise<Payload> {
  const [one] = await (await codec(...ids)).encode([payload(text)]);
  return one!;
}

const changed = (bytes: Uint8Array, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
};

it('codec: what is encoded is decoded to the same, of any size and with any metadata', async () => {
  const both = await codec('A');
  const sizes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.constantFrom(LARGE - 100, LARGE, LARGE + 1).map((n) => randomBytes(n)),
  );
  const metadata = fc.dictionary(fc.string(), fc.uint8Array({ maxLength: 50 }));
  await fc.assert(
    fc.asyncProperty(sizes, metadata, async (data, more) => {
      const given = { metadata: { encoding: Buffer.from('json/plain'), ...more }, data };
      const [decoded] = await both.decode(await both.encode([given]));
      expect(content(decoded!)).toEqual(content(given));
    }),
  );
});

it('codec: the first key encrypts, and all keys decrypt', async () => {
  const old = await encoded('"secret"', 'A');
  expect(content(old).metadata['encryption-key-id']).toBe('A');
  const [decoded] = await (await codec('B', 'A')).decode([old]);
  expect(content(decoded!)).toEqual(content(payload('"secret"')));
  expect(content(await encoded('"secret"', 'B', 'A')).metadata['encryption-key-id']).toBe('B');
});

it('codec: nothing of the value or its metadata is in the result', async () => {
  const one = await encoded('"secret"', 'A');
  expect(Object.keys(one.metadata ?? {})).toEqual(['encoding', 'encryption-key-id', 'encryption-version']);
  expect(Buffer.from(one.data!).toString('latin1')).not.toMatch(/secret|json/);
});

it('codec: a payload that is not encrypted is left as it is', async () => {
  const clear = payload('"clear"');
  expect(await (await codec('A')).decode([clear])).toEqual([clear]);
});

it('codec: an unknown key is an error that names the run, the key and the configured keys', async () => {
  const one = await encoded('"secret"', 'A');
  await expect((await codec('B')).decode([one], context)).rejects.toThrow(
    'run nightly: a value is encrypted with the key "A", and the keys configured here are "B"; ' +
      'add "A" to encryption.keys in the configuration',
  );
});

it('codec: without keys, an encrypted value is an error that says so, and nothing is encrypted', async () => {
  const none = createEncryptionCodec([]);
  await expect(none.decode([await encoded('"secret"', 'A')])).rejects.toThrow(
    'a value is encrypted with the key "A", and no key is configured here; add "A" to encryption.keys in the configuration',
  );
  expect(await none.encode([payload('"clear"')])).toEqual([payload('"clear"')]);
});

it('codec: a key of the right id with other bytes is an error', async () => {
  const other = createEncryptionCodec(await readKeys({ keys: [{ id: 'A', key: { env: 'B' } }] }, SECRETS));
  await expect(other.decode([await encoded('"secret"', 'A')], context)).rejects.toThrow(
    'run nightly: a value cannot be decrypted with the key "A": it was changed, or that key is another one',
  );
});

it('codec: a value that was changed in any place, or cut, is an error', async () => {
  const one = await encoded('"secret"', 'A');
  const both = await codec('A');
  const bytes = one.data!;
  for (let at = 0; at < bytes.length; at++) {
    await expect(both.decode([{ ...one, data: changed(bytes, at) }])).rejects.toThrow('cannot be decrypted');
    await expect(both.decode([{ ...one, data: bytes.subarray(0, at) }])).rejects.toThrow('cannot be decrypted');
  }
});

it('codec: the id of the key is authenticated', async () => {
  // The same secret under two ids: only the id tells them apart.
  const twins = createEncryptionCodec(
    await readKeys({ keys: ['A', 'twin'].map((id) => ({ id, key: { env: 'A' } })) }, SECRETS),
  );
  const one = await encoded('"secret"', 'A');
  const renamed = { ...one, metadata: { ...one.metadata, 'encryption-key-id': Buffer.from('twin') } };
  await expect(twins.decode([renamed])).rejects.toThrow('cannot be decrypted with the key "twin"');
});

it('codec: an encryption that Baton did not make is an error', async () => {
  const foreign = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('x') };
  await expect((await codec('A')).decode([foreign])).rejects.toThrow(
    'a value has an encryption that Baton did not make',
  );
});

it('codec: the same large value has the same ciphertext with one key, and another with another key', async () => {
  const large = randomBytes(LARGE);
  const [one, two, other] = [await encoded(large, 'A'), await encoded(large, 'A'), await encoded(large, 'B')];
  expect(content(two)).toEqual(content(one));
  expect(content(other).data).not.toBe(content(one).data);
  const nonce = (of: Payload) => Buffer.from(of.data!.subarray(0, 12)).toString('hex');
  expect(nonce(await encoded(changed(large, 5), 'A'))).not.toBe(nonce(one));
});

it('codec: the same small value has another ciphertext each time', async () => {
  expect(content(await encoded('"yes"', 'A')).data).not.toBe(content(await encoded('"yes"', 'A')).data);
});
