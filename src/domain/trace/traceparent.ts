// The header `traceparent`. Source: W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header

export interface SpanReference {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Two hexadecimal digits. */
  readonly flags: string;
}

const FORMAT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** `undefined` if it is not a valid `traceparent`. */
export function parseTraceparent(text: string): SpanReference | undefined {
  const [, version, traceId, spanId, flags, more] = FORMAT.exec(text) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId!) || /^0+$/.test(spanId!)) return undefined;
  return { traceId: traceId!, spanId: spanId!, flags: flags! };
}

export const formatTraceparent = ({ traceId, spanId, flags }: SpanReference): string =>
  `00-${traceId}-${spanId}-${flags}`;

/** The bit of the flags that says that the caller may have recorded its span. */
export const isSampled = ({ flags }: Pick<SpanReference, 'flags'>): boolean => (parseInt(flags, 16) & 1) === 1;
