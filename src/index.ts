// The public API of baton-orchestrator. `./workflows` and `./testing` are its other entry points.
export { createActivities, type Activities, type ActivityDeps } from './activities/index.js';
export { AgentError, type AgentErrorOptions } from './activities/agent-error.js';
export { commandAgent, type CommandAgentOptions } from './activities/agents/command.js';
export type { CommandResult } from './activities/agents/command-answer.js';
export { AgentDefinitionError } from './activities/agents/definition.js';
export { functionAgent, type FunctionAgentOptions } from './activities/agents/function.js';
export { httpAgent, type HttpAgentOptions } from './activities/agents/http.js';
export { llmPlanner, type LlmPlannerOptions } from './activities/agents/llm-planner.js';
export { rulePlanner } from './activities/agents/rules.js';
export { llmAgent, type LlmAgentOptions } from './activities/agents/llm.js';
export { agentFromData } from './activities/agents/index.js';
export {
  Baton,
  connect,
  type ConnectOptions,
  type RerunOptions,
  type StartedRun,
  type StartOptions,
} from './client.js';
export type { BreakerHandle, BreakerLook } from './client/breaker.js';
export type { ListedBreaker } from './client/breakers.js';
export type { PoolHandle } from './client/pool-handle.js';
export { InvalidInputError, NoWorker, Refused, RunLost, RunNotFound, TaskFailedError } from './client/errors.js';
export type { ForkOf } from './client/fork.js';
export type { RunSummary } from './client/list-runs.js';
export type { RunHandle } from './client/run-handle.js';
export { defineConfig, type Config, type ServerSettings } from './config.js';
export { ConfigError } from './config/error.js';
export { loadConfig, type LoadedConfig } from './config/load.js';
export type { BreakerSettings } from './domain/breaker/settings.js';
export type { Agent, AgentContext, AgentLog, AgentSchema, AgentSettings, JsonSchema } from './domain/agent.js';
export type { Addition, Budget, Estimate } from './domain/budget.js';
export type { HealthCheck } from './domain/health.js';
export type { Altered } from './domain/pool/alter.js';
export type { LeasedResource, PoolSettings, ResourceSettings } from './domain/pool/settings.js';
export type { PoolStatus } from './domain/pool/status.js';
export { definePlan } from './domain/define-plan.js';
export { Failure, FAILURES, RunFailure, type FailureType } from './domain/failure.js';
export type { PlannerRequest } from './domain/planner.js';
export { InvalidPlanError, parsePlan } from './domain/parse-plan.js';
export type { Plan, Task } from './domain/plan.js';
export { planJsonSchema } from './domain/plan-schema.js';
export { formatProblem, type Problem } from './domain/problem.js';
export type { Ref } from './domain/reference.js';
export { RunResult, RunStatus, TaskResult } from './domain/run-result.js';
export { TaskStatus } from './domain/status.js';
export type { Tenant } from './domain/tenant.js';
export { validatePlan, type Verdict } from './domain/validate/index.js';
export { readPlanFile } from './plan-file.js';
export { findServer, ServerUnreachable, type FindServerOptions, type FoundServer } from './server/index.js';
export { PoolDefinitionError } from './guards/pool/definition.js';
export { createWorker, type BatonWorker, type WorkerSettings } from './worker.js';
