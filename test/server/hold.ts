// Run as a process of its own by other-process.ts: finds the server of the directory it is given, prints its address, and gives
// it back when its input ends.
import { once } from 'node:events';
import { findServer } from '../../src/server/index.js';

const found = await findServer({ directory: process.argv[2] ?? '.', localAddress: '127.0.0.1:1' });
process.stdout.write(`${found.address}\n`);
await once(process.stdin.resume(), 'end');
await found.release();
