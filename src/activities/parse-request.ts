import { CallRequest } from '../domain/call.js';
import { compileSchema } from '../json-schema.js';
import { AgentError } from './agent-error.js';

const check = compileSchema(CallRequest, 'request');

/** The caller is a Workflow of Baton's: a request that does not fit is a defect or a version that does not match. */
export function parseRequest(request: unknown): CallRequest {
  const checked = check(request);
  if (checked.ok) return checked.value;
  throw new AgentError(`callAgent: ${checked.problems.join('; ')}`, { type: 'InternalError' });
}
