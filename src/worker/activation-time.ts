// How long Workflow code may take in one activation.

/**
 * Options for `Worker.create`. One activation of Baton's Workflow code does at most about a second of work (`workflows/workflow-task/pace.ts`), which
 * takes longer on a busy machine. The SDK's limit of 5 s is meant for endless loops, and on Node.js 20 exceeding it ends the process.
 * The SDK accepts this option, although its types do not contain it.
 */
export const ACTIVATION_TIME: object = { isolateExecutionTimeout: '30s' };
