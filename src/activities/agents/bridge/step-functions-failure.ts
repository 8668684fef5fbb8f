// What an error of the AWS SDK means for a call.
import type { FailureType } from '../../../domain/failure.js';
import { systemCodeOf } from '../../../system/system-error.js';
import { AgentError } from '../../errors/agent-error.js';
import { messageOf } from '../../errors/truncate-error.js';

const OVERLOADED = /Throttl|TooManyRequests|LimitExceeded/;

/** Codes of connections that were never made. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role',
  UnrecognizedClientException: 'the service does not accept these credentials: correct them',
  InvalidSignatureException: 'the service does not accept these credentials: correct them',
  ExpiredTokenException: 'the credentials have expired',
  StateMachineDoesNotExist: 'there is no such state machine: correct stateMachine',
  AccessDeniedException:
    'these credentials may not do this: give them states:StartExecution, states:DescribeExecution and states:StopExecution',
};

export function awsFailure(where: string, error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  const name = error instanceof Error ? error.name : '';
  const type = typeOf(error, name);
  const what = type === 'Unreachable' ? 'could not be reached' : type === 'NoAnswer' ? 'gave no answer' : 'answered';
  const text = ADVICE[name] ?? messageOf(error);
  const shown = name === '' || name === 'Error' || text.startsWith(name) ? text : `${name}: ${text}`;
  return new AgentError(`${where} ${what}: ${shown}`, { type, details: { error: name }, cause: error });
}

function typeOf(error: unknown, name: string): FailureType {
  const code = systemCodeOf(error);
  if (typeof code === 'string' && NOT_CONNECTED.has(code)) return 'Unreachable';
  if (OVERLOADED.test(name)) return 'Overloaded';
  const status = statusOf(error);
  if (status === 429 || status === 503) return 'Overloaded';
  if (status === undefined) return name === 'CredentialsProviderError' ? 'AgentRefused' : 'NoAnswer';
  return status >= 500 ? 'AgentFailed' : 'AgentRefused';
}

/** `undefined` if no answer came. */
function statusOf(error: unknown): number | undefined {
  const meta: unknown = Reflect.get(Object(error), '$metadata');
  const status: unknown = Reflect.get(Object(meta), 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}
