import { CallRequest } from '../../domain/call/request.js';
import { compileSchema } from '../../json-schema.js';
import { AgentError } from '../errors/agent-error.js';

const checkRequest = compileSchema(CallRequest, 'request');

/** The caller is a Workflow of Baton: a request that does not fit is a defect, or the two are of versions that do not match. */
export function parseRequest(request: unknown): CallRequest {
  const checked = checkRequest(request);
  if (checked.ok) return checked.value;
  throw new AgentError(`callAgent: ${checked.problems.join('; ')}`, { type: 'InternalError' });
}
