// The Workflows that a Worker registers.
export { orchestrate } from './orchestrate.js';
