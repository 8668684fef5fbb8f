import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { NO_CONFIG, UsageError } from '../terminal/errors.js';

interface SubscriptionsOptions extends ServerOptions, JsonOption {}

export function define(command: Command, io: Io): void {
  withJson(withServer(command)).action(async (_options: SubscriptionsOptions, self: Command) => {
    const options = self.optsWithGlobals<SubscriptionsOptions>();
    const [{ loadProjectConfig }, { listSubscriptions }] = await Promise.all([
      import('../session/load-config.js'),
      import('../gateway/list-subscriptions.js'),
    ]);
    const config = await loadProjectConfig(io, options.config);
    if (config === undefined) throw new UsageError([NO_CONFIG]);
    const subscriptions = await listSubscriptions(io, options, config);
    if (options.json === true) return io.printJson({ subscriptions });
    if (subscriptions.length === 0) return io.note('no subscriptions: the configuration has none');
    const [{ subscriptionTable }, { columnsOf }] = await Promise.all([
      import('../view/subscription-table.js'),
      import('../terminal/fit.js'),
    ]);
    io.print(subscriptionTable(subscriptions, columnsOf(io.stdout)));
  });
}
