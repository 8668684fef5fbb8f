// The entry of Baton's own bundle of Workflow code.
export { cachedReply } from './cached-reply.js';
export { circuitBreaker } from './circuit-breaker.js';
export { orchestrate } from './orchestrate.js';
export { resourcePool } from './resource-pool.js';

// Temporal notes the stack of every promise, frame by frame, for the call stack that its Web UI can show. Here that is Baton's
// own code, the same for each task, and a wide fan-out pays for nothing as dearly: where it began will do.
Error.stackTraceLimit = 3;
