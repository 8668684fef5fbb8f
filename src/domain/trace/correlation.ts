// What a run and its calls carry from outside, and pass on to everything that they call: the correlation id of the caller, and the
// place in the caller's trace.
import { z } from 'zod';
import { shown } from '../problem.js';
import { isOneLine } from '../text/one-line.js';
import { parseTraceparent } from './traceparent.js';

/** The longest value of a search attribute of the kind Keyword on a server with a SQL database. */
const MAX_CORRELATION_CHARACTERS = 255;

export const CorrelationId = z.string().superRefine((id, context) => {
  const isLong = id.length > MAX_CORRELATION_CHARACTERS;
  if (isOneLine(id) && !isLong) return;
  const came = isLong ? `${id.length} characters` : shown(id);
  const message = `expected 1 to ${MAX_CORRELATION_CHARACTERS} characters on one line, without spaces at the ends, got ${came}`;
  context.addIssue({ code: 'custom', message });
});

export const Traceparent = z.string().superRefine((text, context) => {
  if (parseTraceparent(text) !== undefined) return;
  const message = `expected a traceparent of W3C Trace Context, such as "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", got ${shown(text)}`;
  context.addIssue({ code: 'custom', message });
});

/** What a caller may give to a run. */
export interface Correlation {
  readonly correlationId?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** The trace in which the attempts of a call have spans, and the name from which the ids of these spans are derived. */
export const CallTrace = z.strictObject({ id: z.string(), span: z.string() });
export type CallTrace = z.infer<typeof CallTrace>;

/** The fields of a request to an activity that calls something outside. */
export const CORRELATION_FIELDS = {
  correlationId: z.string().optional(),
  /** As the run was given it. */
  traceparent: z.string().optional(),
  /** Present if the run is traced. */
  trace: CallTrace.optional(),
};

/** The memo with the correlation id, for lists of runs and for servers without the search attribute. */
export const CORRELATION_MEMO = 'batonCorrelationId';
