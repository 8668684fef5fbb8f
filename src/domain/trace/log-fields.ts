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
