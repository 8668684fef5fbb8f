// The public API of baton-orchestrator. `./workflows` and `./testing` are its other entry points.
import { Baton as Client, type ConnectOptions } from './client.js';
import { loadConfig as load, type LoadedConfig } from './config/load.js';
import type { BatonWorker, WorkerSettings } from './worker.js';

export { createActivities, type Activities, type ActivityDeps } from './activities/index.js';
export { AgentError, type AgentErrorOptions } from './activities/errors/agent-error.js';
export { celeryAgent, type CelerySettings } from './activities/agents/bridge/celery/celery.js';
export { airflowAgent, type AirflowSettings } from './activities/agents/bridge/airflow/airflow.js';
export { prefectAgent } from './activities/agents/bridge/prefect/prefect.js';
export type { PrefectSettings } from './activities/agents/bridge/prefect/settings.js';
export { stepFunctionsAgent, type StepFunctionsSettings } from './activities/agents/bridge/step-functions.js';
export { temporalAgent } from './activities/agents/bridge/temporal.js';
export type { TemporalAgentSettings } from './activities/agents/bridge/temporal-settings.js';
export { commandAgent, type CommandAgentOptions } from './activities/agents/command/command-agent.js';
export type { CommandResult } from './activities/agents/command/answer.js';
export { AgentDefinitionError } from './activities/agents/definition.js';
export { functionAgent, type FunctionAgentOptions } from './activities/agents/function-agent.js';
export { httpAgent, type HttpAgentOptions } from './activities/agents/http/http-agent.js';
export { llmPlanner, type LlmPlannerOptions } from './activities/agents/planner/llm-planner.js';
export { rulePlanner } from './activities/agents/planner/rule-planner.js';
export { llmAgent, type LlmAgentOptions } from './activities/agents/llm/llm-agent.js';
export { queueAgent, type QueueAgentOptions } from './activities/agents/queue/queue-agent.js';
export { remoteAgent, type RemoteAgentOptions } from './activities/agents/remote/remote-agent.js';
export { agentFromData } from './activities/agents/index.js';
export type { ConnectOptions, OnConflict, RerunOptions, StartedRun, StartOptions } from './client.js';
export { Baton, type EmbeddedBaton, type EmbeddedOptions } from './embedded.js';
export type { BreakerHandle, BreakerStatus } from './client/breaker.js';
export type { ListedBreaker } from './client/breakers.js';
export type { PoolHandle } from './client/pool-handle.js';
export {
  AnswerFailedError,
  InvalidInputError,
  NoWorkerError,
  RefusedError,
  ResultTimeoutError,
  RunLostError,
  RunNotFoundError,
  TaskFailedError,
  WorkerBusyError,
} from './client/errors.js';
export type { ForkOf } from './client/fork.js';
export type { Inbox, InboxOptions } from './client/inbox.js';
export type { InboxItem } from './domain/run/inbox-item.js';
export type { RunSummary } from './client/list-runs.js';
export type { EventDelivery } from './client/messages.js';
export type { RunsOptions } from './client/run-query.js';
export type { EventsOptions } from './client/events/read-events.js';
export type { RunEvent } from './domain/run/run-event.js';
export type { ResultWait } from './client/result-wait.js';
export type { ResultOf, RunHandle } from './client/run-handle.js';
export { defineConfig, type Config, type ServerSettings } from './config.js';
export { ConfigError } from './config/error.js';
export type { LoadedConfig } from './config/load.js';
export type { BreakerSettings } from './domain/breaker/settings.js';
export type { Agent, AgentContext, AgentLog, AgentSchema, AgentSettings } from './domain/agent/agent.js';
export type { JsonSchema } from './domain/json/schema.js';
export type { BudgetAddition, Budget, Estimate } from './domain/budget/budget.js';
export type { HealthCheck } from './domain/health-check.js';
export type { PoolChange } from './domain/pool/coordinator/alter.js';
export type { Redactor, SecretReference, SecretSettings } from './domain/secret.js';
export type { LeasedResource, PoolSettings, ResourceSettings } from './domain/pool/settings.js';
export type { PoolStatus } from './domain/pool/coordinator/status.js';
export { definePlan } from './domain/builder/define-plan.js';
export { Failure, FAILURES, RunFailure, type FailureType } from './domain/failure.js';
export type { PlannerRequest } from './domain/planning/request.js';
export { InvalidPlanError, parsePlan } from './domain/plan/parse.js';
export type { Plan, Task } from './domain/plan/plan.js';
export type { TypedPlan } from './domain/builder/types.js';
export { planJsonSchema } from './domain/plan/json-schema.js';
export { formatProblem, type Problem } from './domain/problem.js';
export type { Ref } from './domain/builder/reference.js';
export { RunResult, RunStatus, TaskResult } from './domain/run/result.js';
export { TaskStatus } from './domain/task-status.js';
export type { Tenant } from './domain/run/tenant.js';
export { validatePlan, type ValidationResult } from './domain/plan/validate/index.js';
export { readPlanFile } from './plan-file.js';
export { findServer, ServerUnreachableError, type FindServerOptions, type FoundServer } from './server/index.js';
export { PoolDefinitionError } from './domain/pool/definition.js';
export { openValues, storageActivities, type ValueSettings } from './values.js';
export { DecryptionError } from './values/encryption/decryption-error.js';
export { EncryptionKeyError } from './values/encryption/keys.js';
export type { EncryptionSettings } from './values/encryption/settings.js';
export type { StorageServer } from './values/storage/open.js';
export type { StorageSettings } from './values/storage/settings.js';
export type { BatonWorker, WorkerSettings };
export type { OnRunEnd, RunEndContext } from './domain/run/on-run-end.js';
export { WebhookDefinitionError } from './activities/notices/webhook.js';
export type { Notice } from './domain/run/notice.js';
export type { WebhookReceiver } from './domain/run/webhook-receiver.js';

/** As `Baton.connect`. */
export const connect = (options?: ConnectOptions): Promise<Client> => Client.connect(options);

/**
 * A worker, which is loaded when it is made: clients start faster without it. Throws ServerUnreachableError, AgentDefinitionError, PoolDefinitionError,
 * EncryptionKeyError, ListenError, DeploymentError, WebhookDefinitionError.
 */
export const createWorker = async (settings: WorkerSettings): Promise<BatonWorker> =>
  (await import('./worker.js')).createWorker(settings);

/** The configuration `named`, or that of the directory; `undefined` if the directory has none. Throws ConfigError. */
export const loadConfig = (directory: string, named?: string): Promise<LoadedConfig | undefined> =>
  load(directory, named, { self: () => import(import.meta.url) as Promise<object> });
