import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { listenText, withListen, type ListenAddress } from '../arguments/listen.js';
import { NO_CONFIG, UsageError } from '../terminal/errors.js';

interface GatewayOptions extends ServerOptions, JsonOption {
  readonly verbose?: boolean;
  readonly listen?: ListenAddress;
}

export function define(command: Command, io: Io): void {
  withListen(withJson(withServer(command))).action(async (_options: GatewayOptions, self: Command) => {
    const options = self.optsWithGlobals<GatewayOptions>();
    const [{ loadProjectConfig }, { serveGateway }] = await Promise.all([
      import('../session/load-config.js'),
      import('../gateway/serve-gateway.js'),
    ]);
    const config = await loadProjectConfig(io, options.config);
    if (config === undefined) throw new UsageError([NO_CONFIG]);
    if (config.subscriptions.length === 0)
      throw new UsageError(['gateway: expected "subscriptions" in the configuration, got none']);
    await serveGateway(io, {
      request: { options, config, start: true },
      config,
      json: options.json === true,
      verbose: options.verbose === true,
      listen: options.listen && listenText(options.listen),
    });
  });
}
