import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { withSession } from '../session/with-session.js';

export function define(command: Command, io: Io): void {
  withJson(withServer(command)).action(async (options: ServerOptions & JsonOption) => {
    const { registerSearchAttributes } = await import('../../server/index.js');
    await withSession(io, options, async ({ baton, server: { address, namespace } }) => {
      const { added, present } = await registerSearchAttributes(baton.client.connection, namespace);
      if (options.json === true) return io.printJson({ address, namespace, added, present });
      const words = [...added.map((name) => `${name} registered`), ...present.map((name) => `${name} exists already`)];
      const { columnsOf, wrap } = await import('../terminal/fit.js');
      const text = `search attributes of namespace ${namespace} on ${address}: ${words.join(', ')}`;
      io.print(wrap(text, columnsOf(io.stdout)).join('\n'));
    });
  });
}
