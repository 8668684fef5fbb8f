// An event as expressions see it in `$event`: a CloudEvents 1.0 event. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md

export interface CloudEvent {
  readonly specversion: '1.0';
  /** Unique within `source`. Absent for a message that neither the broker nor its publisher gave an id. */
  readonly id?: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  /** JSON, text, or bytes in base64; absent if the event has none. */
  readonly data?: unknown;
  /** Extensions, such as `traceparent` or `partitionkey`. */
  readonly [extension: string]: unknown;
}

/** The content type of a message whose body is the event (structured mode). */
export const STRUCTURED_TYPE = 'application/cloudevents+json';

/** The `type` of an event that is made of a message that is not a CloudEvent. */
export const PLAIN_TYPE = 'message';

/** The event, its subscription or what it asks for cannot be carried out: another attempt may not help. One line. */
export class EventError extends Error {
  override readonly name = 'EventError';
}
