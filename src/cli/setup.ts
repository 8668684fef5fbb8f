import type { Command } from 'commander';
import type { Io } from './io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from './options.js';
import { withSession } from './with-session.js';

export function define(command: Command, io: Io): void {
  withJson(withServer(command)).action(async (options: ServerOptions & JsonOption) => {
    const { registerSearchAttributes } = await import('../server/index.js');
    await withSession(io, options, async ({ baton, server: { address, namespace } }) => {
      const { added, present } = await registerSearchAttributes(baton.client.connection, namespace);
      if (options.json === true) io.printJson({ address, namespace, added, present });
      else {
        const words = [...added.map((name) => `${name} registered`), ...present.map((name) => `${name} was there`)];
        io.print(`search attributes of namespace ${namespace} on ${address}: ${words.join(', ')}`);
      }
    });
  });
}
