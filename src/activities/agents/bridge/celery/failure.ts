// Errors of the clients of Redis and RabbitMQ as failures of a call.
import type { FailureType } from '../../../../domain/failure.js';
import { isPermanent } from '../../../../system/redis-connection.js';
import { firstLineOf, systemCodeOf } from '../../../../system/system-error.js';
import { AgentError } from '../../../errors/agent-error.js';

/** Wrong credentials, no permission, a virtual host that does not exist, a queue with other settings. */
const REFUSED = /\b(403|406|530) |ACCESS_REFUSED|PRECONDITION_FAILED|NOT_ALLOWED|ConnectionOpenOk/;

/** `isSent`: the request may have been carried out. */
export function brokerFailure(where: string, error: unknown, isSent = false): AgentError {
  if (error instanceof AgentError) return error;
  const line = firstLineOf(error);
  const reason = line === '' ? String(systemCodeOf(error) ?? error) : line;
  const type: FailureType =
    isPermanent(error) || REFUSED.test(reason) ? 'AgentRefused' : isSent ? 'NoAnswer' : 'Unreachable';
  const what = { AgentRefused: 'refused the request', NoAnswer: 'gave no answer', Unreachable: 'could not be reached' };
  return new AgentError(`${where} ${what[type]}: ${reason}`, { type, cause: error });
}
