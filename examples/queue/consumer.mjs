// Counts words. One of several consumers of the Redis stream "words": each request goes to one of them.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';

const me = `node-${process.pid}`;
const db = await createClient({ url: process.env.REDIS_URL }).connect();
// It fails if the group exists.
await db.xGroupCreate('words', 'counters', '0', { MKSTREAM: true }).catch(() => undefined);

async function count(text) {
  await sleep(1_000 * Number(process.env.WORK_SECONDS ?? 0));
  return { words: text.split(/\s+/).filter(Boolean).length, by: 'node' };
}

for (;;) {
  // First what another consumer has held for five seconds: it has died.
  const claimed = await db.xAutoClaim('words', 'counters', me, 5_000, '0', { COUNT: 1 });
  let entries = claimed.messages;
  if (entries.length === 0) {
    const read = await db.xReadGroup('counters', me, { key: 'words', id: '>' }, { COUNT: 1, BLOCK: 1_000 });
    entries = read?.[0]?.messages ?? [];
  }
  for (const { id, message: fields } of entries) {
    const request = JSON.parse(fields.event); // A CloudEvent; its id is the same if the request is sent again.
    const reply = await count(request.data.text).then(
      (data) => ({ data }),
      ({ name, message }) => ({ error: { type: name, message, retryable: false } }),
    );
    const message = { 'correlation-id': fields['correlation-id'], data: JSON.stringify(reply) };
    await db.xAdd(fields['reply-to'], '*', message, { NOMKSTREAM: true }); // Of a caller that has died, the stream is gone.
    await db.xAck('words', 'counters', id);
  }
}
