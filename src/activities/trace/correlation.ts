// What an attempt passes on to what it calls.
import { defined } from '../../domain/json/defined.js';
import type { CallRequest } from '../../domain/call/request.js';
import { attemptName, spanIdOf } from '../../domain/trace/ids.js';
import { formatTraceparent } from '../../domain/trace/traceparent.js';
import type { Tracing } from './tracing.js';

export interface OutgoingCorrelation {
  /** The correlation id of the run. */
  readonly id?: string;
  readonly traceparent?: string;
}

/**
 * `traceparent` names the span of this attempt if there will be one; otherwise it is the one that the run was given, unchanged. `attempt`:
 * its number; the first is 1.
 */
export function attemptCorrelation(
  request: Pick<CallRequest, 'correlationId' | 'traceparent' | 'trace'>,
  attempt: number,
  tracing: Tracing | undefined,
): OutgoingCorrelation {
  const { correlationId: id, trace, traceparent } = request;
  if (trace === undefined || tracing === undefined) return defined({ id, traceparent });
  const spanId = spanIdOf(trace.id, 'attempt', attemptName(trace.span, attempt));
  return { ...defined({ id }), traceparent: traceparentOf(trace.id, spanId, traceparent, tracing) };
}

/** `given`: the one that the run was given. */
const traceparentOf = (
  traceId: string,
  spanId: string,
  given: string | undefined,
  tracing: Pick<Tracing, 'isSampled'>,
): string => formatTraceparent({ traceId, spanId, flags: tracing.isSampled(traceId, given) ? '01' : '00' });
