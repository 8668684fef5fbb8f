import { expect, test } from 'vitest';
import { isLoopback, isLoopbackAddress } from '../../src/system/loopback.js';

test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('loopback: %s', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['', '0.0.0.0', '::', '128.0.0.1', '127.0.0', '127.0.0.256', '127.example.com', 'localhost.example.com'])(
  'not loopback: %j',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

test('an address may have a port', () => {
  expect(['localhost:7233', 'localhost', '127.0.0.1:1', '[::1]:7233'].map(isLoopbackAddress)).not.toContain(false);
  expect(['example.com:7233', '10.0.0.1:7233', '127.0.0.1.nip.io:80'].map(isLoopbackAddress)).not.toContain(true);
});
