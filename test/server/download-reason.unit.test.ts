// Why a download failed, from what the programs print.
import { expect, test } from 'vitest';
import { errorLineIn } from '../../src/server/download.js';
import { firstLineOf, isDiskFull } from '../../src/system/system-error.js';

const retrying =
  'WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by ' +
  "'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f5c>: Failed to establish a new connection: " +
  "[Errno 111] Connection refused')': /simple/temporalio/";

test.each([
  [
    `${retrying}\nERROR: Could not find a version that satisfies the requirement x==1 (from versions: none)\nERROR: No matching distribution found for x==1\n`,
    'no connection: Failed to establish a new connection: [Errno 111] Connection refused',
  ],
  [
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden'))': /simple/x/\nERROR: No matching distribution found for x==1",
    'no connection: Tunnel connection failed: 403 Forbidden',
  ],
  [
    'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n',
    'Could not install packages due to an OSError: [Errno 28] No space left on device',
  ],
  ['ERROR: No matching distribution found for x==1', 'No matching distribution found for x==1'],
  ['tar: short read\n', 'tar: short read'],
])('errorLineIn: the reason, not what follows from it: %j', (stderr, reason) => {
  expect(errorLineIn(stderr)).toBe(reason);
});

test('errorLineIn: a program that prints nothing gives no reason', () => {
  expect(errorLineIn('\n')).toBeUndefined();
});

test('firstLineOf: an error without a message gives that of the first error in it', () => {
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:9\nmore');
  expect(firstLineOf(new AggregateError([refused, new Error('other')], ''))).toBe('connect ECONNREFUSED 127.0.0.1:9');
  expect(firstLineOf(new Error('', { cause: refused }))).toBe('connect ECONNREFUSED 127.0.0.1:9');
  expect(firstLineOf(Object.assign(new Error(''), { code: 'EPIPE' }))).toBe('EPIPE');
});

test.each([
  [Object.assign(new Error('write'), { code: 'ENOSPC' }), true],
  [new Error('[Errno 28] No space left on device'), true],
  ['database or disk is full (13)', true],
  [new Error('connect ECONNREFUSED'), false],
])('isDiskFull: %s', (error, full) => {
  expect(isDiskFull(error)).toBe(full);
});
