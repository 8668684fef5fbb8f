// The agents behind HTTP: one publishes a report, unless its total is too large; one undoes what another system has done.
import { createServer } from 'node:http';

/** Resolves with the server, its address, and what was undone, in order. */
export async function startService() {
  const undone = [];
  const answer = (path, input) => {
    if (path === '/undo') {
      undone.push(input.what);
      return [200, { undone: input.what }];
    }
    const { text, total, limit } = input;
    return total > limit ? [422, { error: `${total} is more than ${limit}` }] : [200, { published: text }];
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      const [status, reply] = answer(request.url, JSON.parse(body));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, undone, url: `http://127.0.0.1:${server.address().port}` };
}
