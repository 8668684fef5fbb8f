// Alone in its file: a server that may only be busy is given time before it is called hung.
import { Connection } from '@temporalio/client';
import { beforeEach, expect, test } from 'vitest';
import { commandOf } from '../../src/system/process-identity.js';
import { holdServer } from './other-process.js';
import { find, makeDirectory, readRecordOf, unconfigure } from './place.js';

beforeEach(unconfigure);

test('embedded server: one that hangs is replaced', { timeout: 120_000 }, async () => {
  const directory = await makeDirectory();
  const other = await holdServer(directory);
  await other.kill();
  const { pid } = await readRecordOf(directory);
  process.kill(pid, 'SIGSTOP');
  const found = await find(directory);
  expect(await commandOf(pid)).toBeUndefined();
  const connection = await Connection.connect(found.connectionOptions);
  await connection.close();
});
