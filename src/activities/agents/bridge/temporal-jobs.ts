// The Workflows of an agent of the kind `temporal` as jobs.
import { Context } from '@temporalio/activity';
import {
  Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, NamespaceNotFoundError, TerminatedFailure } from '@temporalio/common';
import type { AgentContext } from '../../../domain/agent/agent.js';
import { defined } from '../../../domain/json/defined.js';
import { openConnection } from '../../../temporal/connection.js';
import { grpcErrorIn, GrpcStatus } from '../../../temporal/grpc.js';
import { AgentError } from '../../errors/agent-error.js';
import { messageOf } from '../../errors/truncate-error.js';
import { unlessAborted } from '../../../system/until-aborted.js';
import type { JobSystem, Sighting } from './job-system.js';
import type { TemporalAgentSettings } from './temporal-settings.js';

const CONNECT_MS = 5_000;
const ANSWER_MS = 30_000;

export async function openTemporal(settings: TemporalAgentSettings, context: AgentContext): Promise<JobSystem> {
  const { workflow: type, taskQueue, address } = settings;
  const { client, close } = await connect(settings, context);
  const where = `Temporal${address === undefined ? '' : ` at ${address}`}, namespace ${client.options.namespace}`;
  const asked = async <T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> => {
    try {
      return await unlessAborted(signal, client.withDeadline(Date.now() + ANSWER_MS, request));
    } catch (error) {
      signal.throwIfAborted();
      throw requestFailure(where, error);
    }
  };
  return {
    where,
    reportsChanges: true,
    ...defined({ close }),
    async submit(name, input, signal) {
      await asked(signal, async () => {
        try {
          await client.workflow.start(type, {
            workflowId: name,
            taskQueue,
            args: [input],
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            workflowIdConflictPolicy: 'USE_EXISTING',
          });
        } catch (error) {
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        }
      });
      return { id: name };
    },
    async find(name, signal) {
      return await asked(signal, async () => {
        try {
          await client.workflow.getHandle(name).describe();
          return { id: name };
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        }
      });
    },
    async look({ id }, { signal, waitMs }) {
      try {
        const ended = client.withDeadline(Date.now() + waitMs, () => client.workflow.getHandle(id).result());
        const result: unknown = await unlessAborted(signal, ended);
        return { state: 'succeeded', output: result ?? null };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof WorkflowFailedError) return endOf(error);
        if (error instanceof WorkflowNotFoundError) return { state: 'lost' };
        if (grpcErrorIn(error)?.code === GrpcStatus.DEADLINE_EXCEEDED) return { state: 'running' };
        throw requestFailure(where, error);
      }
    },
    async cancel({ id }, signal) {
      await asked(signal, () =>
        client.workflow
          .getHandle(id)
          .cancel()
          .catch((error: unknown) => {
            if (!(error instanceof WorkflowNotFoundError)) throw error;
          }),
      );
    },
  };
}

interface Connected {
  readonly client: Client;
  readonly close?: () => Promise<void>;
}

async function connect(
  { address, namespace, apiKey, tls = apiKey !== undefined }: TemporalAgentSettings,
  { secret }: AgentContext,
): Promise<Connected> {
  if (address === undefined) {
    const { client } = Context.current();
    if (namespace === undefined) return { client };
    const { connection, options } = client;
    return { client: new Client({ connection, namespace, dataConverter: options.dataConverter }) };
  }
  const key = apiKey === undefined ? {} : { apiKey: await secret(apiKey, 'apiKey') };
  try {
    const connection = await openConnection({ address, tls, connectTimeout: CONNECT_MS, ...key });
    return { client: new Client({ connection, ...defined({ namespace }) }), close: () => connection.close() };
  } catch (error) {
    const where = `Temporal at ${address}`;
    const failure = requestFailure(where, error);
    if (failure.type !== 'NoAnswer') throw failure;
    throw new AgentError(`${where} could not be reached: ${reasonOf(error)}`, { type: 'Unreachable', cause: error });
  }
}

/** What a Workflow that has not completed has ended as. */
function endOf({ cause, message }: WorkflowFailedError): Sighting {
  if (cause instanceof CancelledFailure) return { state: 'cancelled' };
  if (cause instanceof TerminatedFailure) return { state: 'cancelled', message: `it was terminated: ${cause.message}` };
  if (!(cause instanceof ApplicationFailure)) return { state: 'failed', message: cause?.message ?? message };
  const { type, details, nonRetryable } = cause;
  const name = type == null || type === 'Error' ? '' : `${type}: `;
  return {
    state: 'failed',
    message: `${name}${cause.message}`,
    retryable: nonRetryable !== true,
    details: { ...defined({ type: type ?? undefined }), ...(details?.length ? { details } : {}) },
  };
}

/** Requests that the server would refuse again. */
const REFUSED: ReadonlySet<number> = new Set([
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.NOT_FOUND,
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.UNAUTHENTICATED,
]);

function requestFailure(where: string, error: unknown): AgentError {
  const code = grpcErrorIn(error)?.code;
  const isRefused = error instanceof NamespaceNotFoundError || (code !== undefined && REFUSED.has(code));
  const type = isRefused ? 'AgentRefused' : 'NoAnswer';
  const what = type === 'AgentRefused' ? 'refused the request' : 'gave no answer';
  return new AgentError(`${where} ${what}: ${reasonOf(error)}`, { type, cause: error });
}

const reasonOf = (error: unknown): string => messageOf(grpcErrorIn(error) ?? error);
