// The booking service: answers within 30 ms, with 503 while it is down, and counts what reaches it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';

const ANSWER_MS = 30;

export async function startService() {
  let isDown = false;
  let bookings = 0;
  /** Since it was last looked at. */
  let seen = { answered: 0, failed: 0 };
  const server = createServer(async (request, response) => {
    request.resume();
    const failing = isDown;
    if (failing) seen.failed++;
    else seen.answered++;
    await setTimeout(ANSWER_MS);
    response.writeHead(failing ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(failing ? { error: 'down' } : { number: ++bookings }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    get isDown() {
      return isDown;
    },
    set isDown(value) {
      isDown = value;
    },
    look() {
      const last = seen;
      seen = { answered: 0, failed: 0 };
      return last;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
