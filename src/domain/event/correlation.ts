// What an event carries for the correlation of the run that it starts.
import { CorrelationId, Traceparent, type Correlation } from '../trace/correlation.js';
import type { CloudEvent } from './cloud-event.js';

/** The headers of a message, or of a request to a webhook, that is not a CloudEvent, and the extensions that they become. */
export const CORRELATION_HEADERS = { traceparent: 'traceparent', correlationid: 'x-correlation-id' } as const;

/** The extensions `traceparent` and `correlationid`. A value that is not valid is ignored: it must not stop the event. */
export function eventCorrelation(event: CloudEvent): Correlation {
  return {
    correlationId: CorrelationId.safeParse(event['correlationid']).data,
    traceparent: Traceparent.safeParse(event['traceparent']).data,
  };
}
