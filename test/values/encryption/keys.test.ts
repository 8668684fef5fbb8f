import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readKeys } from '../../../src/values/encryption/keys.js';

const GOOD = Buffer.alloc(32, 'k').toString('base64');
const key = (id: string, env: string) => ({ id, key: { env } });
const HOW = 'make a key with: openssl rand -base64 32';

async function keyFile(text: string, mode = 0o600): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-keys-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'key');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

it('keys: a key is read from a variable or a file, with white space after it', async () => {
  const file = await keyFile(`${GOOD}\n`);
  const keys = await readKeys({ keys: [key('a', 'KEY'), { id: 'b', key: { file } }] }, { KEY: `${GOOD} \n` });
  expect(keys.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(keys[0]!.encryption.export()).toEqual(keys[1]!.encryption.export());
  expect(keys[0]!.encryption.export()).not.toEqual(keys[0]!.nonce.export());
});

it.each([
  ['is not set', undefined, 'expected a key in the environment variable KEY, which is not set'],
  ['is empty', ' ', `expected 32 bytes in base64, got nothing; ${HOW}`],
  ['is too short', 'c2hvcnQ=', `expected 32 bytes in base64, got 5 bytes; ${HOW}`],
  ['is not base64', 'not a key!', `expected 32 bytes in base64, got text that is not base64; ${HOW}`],
])('keys: a variable that %s is an error without a part of its text', async (_what, value, message) => {
  await expect(readKeys({ keys: [key('a', 'KEY')] }, { KEY: value })).rejects.toThrow(
    `encryption.keys[0] ("a"): ${message}`,
  );
});

it('keys: a file that does not exist is an error with its path, and all problems are listed', async () => {
  const reading = readKeys({ keys: [{ id: 'a', key: { file: '/nowhere/key' } }, key('b', 'KEY')] }, {});
  await expect(reading).rejects.toMatchObject({
    name: 'EncryptionKeyError',
    problems: [
      expect.stringMatching(
        /^encryption\.keys\[0\] \("a"\): expected a key in a file that can be read: ENOENT.*\/nowhere\/key/,
      ),
      'encryption.keys[1] ("b"): expected a key in the environment variable KEY, which is not set',
    ],
  });
});

it('keys: two keys with one id are an error', async () => {
  await expect(readKeys({ keys: [key('a', 'KEY'), key('a', 'KEY')] }, { KEY: GOOD })).rejects.toThrow(
    'encryption.keys[1]: expected an id of its own, got "a", the id of keys[0]',
  );
});

it('keys: a file that other users can read is used with a warning', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  onTestFinished(() => warn.mockRestore());
  const file = await keyFile(GOOD, 0o644);
  expect(await readKeys({ keys: [{ id: 'a', key: { file } }] }, {})).toHaveLength(1);
  expect(warn).toHaveBeenCalledWith(`${file}: other users of this machine can read this key; run: chmod 600 ${file}`);
});
