// A program that sends its secrets back by every way it has, in small pieces: on stderr, as progress, and in its answer or failure.
import { setImmediate as turn } from 'node:timers/promises';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { values, fails } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
const all = [...values, process.env.FROM_SETTING];
for (const value of all) {
  const text = `${value} ${encodeURIComponent(value)} ${JSON.stringify(value)} ${Buffer.from(`x${value}`).toString('base64')}\n`;
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 97) {
    process.stderr.write(bytes.subarray(at, at + 97));
    await turn();
  }
  process.stderr.write(`::progress ${JSON.stringify({ value })}\n`);
}
process.stdout.write(fails ? `not JSON ${all.join(' ')}` : JSON.stringify({ all, [all[0]]: 1 }));
process.exitCode = fails === 'exit' ? 1 : 0;
