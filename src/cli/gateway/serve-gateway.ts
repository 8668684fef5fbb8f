// `gateway`: consumes the subscriptions until a signal. When it is ready it prints its server and its subscriptions once.
import type { Logger } from '@temporalio/common';
import { defined } from '../../domain/json/defined.js';
import type { Io } from '../terminal/io.js';
import { inSession, type Session, type SessionRequest } from '../session/session.js';
import type { LoadedConfig } from '../session/load-config.js';
import { untilSignal } from '../worker/until-signal.js';
import { isServerThere } from '../../temporal/server-answer.js';
import { openTelemetry, type Telemetry } from '../../telemetry.js';
import { installRuntime } from '../../telemetry/runtime.js';
import { versions } from '../../worker/observe.js';
import { consumingText, openGateway } from './open-gateway.js';

export interface ServeGatewayRequest {
  readonly request: SessionRequest;
  readonly config: LoadedConfig;
  readonly json: boolean;
  readonly verbose: boolean;
  /** Where metrics and health are served, in place of the address of the configuration. */
  readonly listen: string | undefined;
}

export async function serveGateway(io: Io, served: ServeGatewayRequest): Promise<void> {
  const { request, config, json, verbose } = served;
  const { telemetry: settings, project } = config;
  const draining = 'draining: messages in progress get ten seconds';
  await untilSignal(io, { verbose, draining, logs: settings?.logs }, async ({ log, report, leave }) => {
    const telemetry = await openOwnTelemetry(log, { verbose, listen: served.listen ?? settings?.listen });
    try {
      await inSession(io, request, async (session) => {
        const { address, namespace } = session.server;
        const gateway = await openGateway(session, { config, project, log, metrics: telemetry?.metrics });
        telemetry?.ready(readiness(session, leave.signal));
        const { subscriptions, webhooks } = gateway;
        const running = gateway.run(leave.signal);
        const own = defined({ telemetry: telemetry?.url });
        report('gateway ready', { address, namespace, project, ...consumingText(gateway), ...own });
        if (json) io.printJson({ address, namespace, project, subscriptions, webhooks, ...own });
        await running;
      });
    } finally {
      await telemetry?.close();
    }
  });
}

interface OwnTelemetry {
  readonly verbose: boolean;
  readonly listen: string | undefined;
}

/** Throws ListenError. */
async function openOwnTelemetry(log: Logger, { verbose, listen }: OwnTelemetry): Promise<Telemetry | undefined> {
  const runtime = await installRuntime({ log, verbose, metrics: listen !== undefined, shutdownSignals: [] });
  return listen === undefined
    ? undefined
    : await openTelemetry({ listen, about: versions(), sdk: runtime?.metricsUrl });
}

const readiness =
  ({ baton }: Session, leaving: AbortSignal) =>
  async (): Promise<string | undefined> => {
    if (leaving.aborted) return 'the gateway is draining';
    return (await isServerThere(baton.client.connection)) ? undefined : 'the Temporal server cannot be reached';
  };
