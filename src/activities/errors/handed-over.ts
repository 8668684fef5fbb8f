// A call that goes to another worker because its own shuts down. The agent is not to blame, so no attempt is used up; it may have done its
// work, so the call has no answer yet.
import { AgentError } from './agent-error.js';

export class HandedOverError extends AgentError {
  constructor(message: string) {
    // The other worker may begin immediately.
    super(message, { type: 'Interrupted', retryAfterMs: 1 });
  }
}
