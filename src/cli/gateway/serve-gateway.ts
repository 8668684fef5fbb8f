// `gateway`: consumes the subscriptions until a signal. When it is ready it prints its server and its subscriptions once.
import type { Io } from '../terminal/io.js';
import { inSession, type SessionRequest } from '../session/session.js';
import type { LoadedConfig } from '../session/load-config.js';
import { untilSignal } from '../worker/until-signal.js';
import { installRuntime } from '../worker/install-runtime.js';
import { consumingText, openGateway } from './open-gateway.js';

export interface ServeGatewayRequest {
  readonly request: SessionRequest;
  readonly config: LoadedConfig;
  readonly json: boolean;
  readonly verbose: boolean;
}

export async function serveGateway(io: Io, { request, config, json, verbose }: ServeGatewayRequest): Promise<void> {
  await untilSignal(io, { verbose, draining: 'draining: messages in progress get ten seconds' }, async (serving) => {
    const { log, report, leave } = serving;
    installRuntime(log, { verbose });
    await inSession(io, request, async (session) => {
      const { address, namespace } = session.server;
      const { project } = config;
      const gateway = await openGateway(session, { config, project, log });
      const { subscriptions, webhooks } = gateway;
      const running = gateway.run(leave.signal);
      report('gateway ready', { address, namespace, project, ...consumingText(gateway) });
      if (json) io.printJson({ address, namespace, project, subscriptions, webhooks });
      await running;
    });
  });
}
