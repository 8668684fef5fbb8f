// Serves the webhooks of a configuration, if it has some.
import type { EventLog } from '../../events/report.js';
import type { Subscription } from '../../events/act.js';
import { BrokerSettingsError } from '../../domain/event/broker-error.js';
import { createMailboxes } from '../../events/mailbox/mailboxes.js';
import { webhookRoutes, type RouteParts } from '../../events/webhook/routes.js';
import { serveWebhooks, type WebhookServer } from '../../events/webhook/server.js';
import { isLoopback } from '../../system/loopback.js';
import { listenFault, originOf } from '../../system/listen.js';
import { parseListen } from '../arguments/listen.js';

const DEFAULT_LISTEN = '127.0.0.1:8080';

export interface WebhookListener extends WebhookServer {
  /** `http://127.0.0.1:8080/github` of each. */
  readonly urls: readonly string[];
}

interface ListenRequest extends Omit<RouteParts, 'mailboxes'> {
  readonly subscriptions: readonly Subscription[];
  readonly project: string;
  readonly listen: string | undefined;
  readonly log: EventLog;
}

/** `undefined` without webhooks. Throws a BrokerSettingsError: nothing is served then. */
export async function listenForWebhooks(request: ListenRequest): Promise<WebhookListener | undefined> {
  const { subscriptions, listen = DEFAULT_LISTEN, baton, project, log } = request;
  const routes = await webhookRoutes(subscriptions, { ...request, mailboxes: createMailboxes(baton.client, project) });
  if (routes.length === 0) return undefined;
  const { host, port } = parseListen(listen);
  const open = routes.find(({ verify }) => verify === undefined);
  if (open !== undefined && !isLoopback(host)) {
    throw new BrokerSettingsError(
      `webhook ${open.path}: expected "signature" or "secret", because gateway.listen, ${listen}, is open to other machines`,
    );
  }
  try {
    const server = await serveWebhooks(routes, { hostname: host, port, log: (line) => log.warn(line) });
    const origin = originOf(host, server.port);
    return { ...server, urls: routes.map(({ path }) => `${origin}${path}`) };
  } catch (error) {
    const reason = listenFault(error);
    if (reason === undefined) throw error;
    throw new BrokerSettingsError(`gateway.listen: cannot listen on ${listen}: ${reason}`, { cause: error });
  }
}
