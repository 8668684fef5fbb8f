// Errors of RabbitMQ and its client as BrokerErrors: what failed, where, and whether waiting helps.
import { firstLineOf } from '../../system/system-error.js';
import { BrokerError } from '../../domain/event/broker-error.js';

/** Reply codes of AMQP 0-9-1 that waiting does not change. */
const ACCESS_REFUSED = 403;
const NOT_FOUND = 404;
const RESOURCE_LOCKED = 405;
const PRECONDITION_FAILED = 406;
const NOT_ALLOWED = 530;
const NOT_IMPLEMENTED = 540;
const PERMANENT: ReadonlySet<number> = new Set([ACCESS_REFUSED, PRECONDITION_FAILED, NOT_ALLOWED, NOT_IMPLEMENTED]);

/** The server closes a connection that opens for one reason; the client does not keep the text of the server. */
const CLOSED_WHILE_OPENING = /Expected ConnectionOpenOk; got <ConnectionClose/;

/** The client has the code in a property, or for a connection that is refused, in the text. */
export function replyCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  if (CLOSED_WHILE_OPENING.test(error.message)) return NOT_ALLOWED;
  const code = /Handshake terminated by server: (\d{3})/.exec(error.message)?.[1];
  return code === undefined ? undefined : Number(code);
}

/** A queue that another connection has for itself: it exists. */
export const isLocked = (error: unknown): boolean => replyCodeOf(error) === RESOURCE_LOCKED;

export const isNotFound = (error: unknown): boolean => replyCodeOf(error) === NOT_FOUND;

/** What the server wrote, without the parts that the client adds. */
function reasonOf(error: unknown): string {
  const line = firstLineOf(error);
  if (CLOSED_WHILE_OPENING.test(line))
    return 'the virtual host does not exist, or the user may not use it; it is the path of the URL';
  const quoted = /with message "(?<reason>.*?)"?$/.exec(line)?.groups?.['reason'];
  return quoted ?? line;
}

/** `isUnsent` is false for a message that was sent and not confirmed. `what` is what was tried: `connect`, `consume the queue "orders"`. */
export function rabbitError(
  error: unknown,
  address: string,
  what: string,
  { isUnsent = true }: { readonly isUnsent?: boolean } = {},
): BrokerError {
  if (error instanceof BrokerError) return error;
  const code = replyCodeOf(error);
  const isPermanent = code !== undefined && PERMANENT.has(code);
  return new BrokerError(`RabbitMQ at ${address}: cannot ${what}: ${reasonOf(error)}`, {
    isPermanent,
    isUnsent,
    cause: error,
  });
}
