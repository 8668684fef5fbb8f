// The Workflows of Baton. For your own Worker: `workflowsPath` is this module, and `createActivities` makes the activities.
export { cachedReply } from './workflows/entities/cached-reply.js';
export { circuitBreaker } from './workflows/entities/circuit-breaker.js';
export { mailbox } from './workflows/entities/mailbox.js';
export { notice } from './workflows/notice.js';
export { orchestrate } from './workflows/orchestrate.js';
export { prepareRun } from './workflows/prepare-run.js';
export { resourcePool } from './workflows/entities/resource-pool.js';
export { runQueue } from './workflows/entities/run-queue.js';
export { sweep } from './workflows/sweep.js';
export { topic } from './workflows/entities/topic.js';
