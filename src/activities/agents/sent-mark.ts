// Tells a request that failed before it was sent from one that may have reached its agent. Error codes do not tell: ECONNRESET may
// come from a TLS handshake, or from an agent that did its work and then died.
import type { Dispatcher } from 'undici';

/** Connections that call `onSent` when a request is about to be written to its connection. */
export const markSent = (connections: Dispatcher, onSent: () => void): Dispatcher =>
  connections.compose((dispatch) => (options, handler) => dispatch(options, withSentMark(handler, onSent)));

const withSentMark = (handler: Dispatcher.DispatchHandler, onSent: () => void): Dispatcher.DispatchHandler => ({
  onRequestStart(controller, context) {
    onSent();
    handler.onRequestStart?.(controller, context);
  },
  onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
  onResponseStart: (...given) => handler.onResponseStart?.(...given),
  onResponseData: (...given) => handler.onResponseData?.(...given),
  onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
  onResponseError: (...given) => handler.onResponseError?.(...given),
});
