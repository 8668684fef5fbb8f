import { defined } from '../json/defined.js';
import { isRecord } from '../json/own-property.js';
import { traceIdOf } from './ids.js';
import { parseTraceparent } from './traceparent.js';

/** The fields of a log line that lead to the trace and to everything with the same correlation id. */
export interface CorrelationFields {
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly trace_flags?: string;
  readonly correlation_id?: string;
}

/** Takes what `AgentContext.correlation` has. */
export function correlationFields({
  id,
  traceparent,
}: {
  readonly id?: string;
  readonly traceparent?: string;
}): CorrelationFields {
  const span = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  return {
    ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId, trace_flags: span.flags }),
    ...(id === undefined ? {} : { correlation_id: id }),
  };
}

export interface RunFields extends CorrelationFields {
  readonly plan?: string;
}

/**
 * The fields that entries of a run's Workflow have, from its input, which has not been checked yet. `firstRunId`: the id of the first
 * execution of the run, from which the id of its trace is derived if it was given none.
 */
export function runFields(input: unknown, firstRunId: string): RunFields {
  if (!isRecord(input)) return {};
  const { plan, correlationId, trace, traceparent } = input;
  const given = typeof traceparent === 'string' ? parseTraceparent(traceparent)?.traceId : undefined;
  const own = isRecord(trace) ? (textOf(trace['id']) ?? given ?? traceIdOf(firstRunId)) : given;
  return defined({
    plan: isRecord(plan) ? textOf(plan['name']) : undefined,
    trace_id: own,
    correlation_id: textOf(correlationId),
  });
}

/** The same for entries of the SDK about an activity that does something for a task; empty if it does not. */
export function callFields(request: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(request) || typeof request['run'] !== 'string' || typeof request['task'] !== 'string') return {};
  const { run, plan, task, item, agent, correlationId, trace } = request;
  const traceId = isRecord(trace) ? textOf(trace['id']) : undefined;
  return defined({ run, plan, task, item, agent, trace_id: traceId, correlation_id: textOf(correlationId) });
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
