// For a Worker of one's own: `workflowsPath` is this module, and `createActivities` of the package makes its activities.
export { cachedReply } from './workflows/cached-reply.js';
export { circuitBreaker } from './workflows/circuit-breaker.js';
export { orchestrate } from './workflows/orchestrate.js';
export { resourcePool } from './workflows/resource-pool.js';
