// Whether a message failed because of itself, or because Temporal, its workers or the storage cannot do it now.
import { grpcErrorIn, GrpcStatus } from '../temporal/grpc.js';

/** Another time, the same message may be accepted. */
const PASSING: ReadonlySet<string> = new Set([
  'NoWorkerError',
  'WorkerBusyError',
  'AnswerFailedError',
  'ServerUnreachableError',
  'StorageUnavailableError',
  'ValueNotStoredError',
  'TransportError',
]);

/** gRPC's own limit, and that of the server, for one request. */
const TOO_LARGE = /larger than max|exceeds (the )?(size )?limit|Blob data size/i;

/**
 * True for a failure that counts as an attempt. Everything that the server answers is passing, apart from a refusal of the request
 * itself: an overloaded server, and one that has just lost its database, answer too.
 */
export function isOfMessage(error: unknown): boolean {
  const answer = grpcErrorIn(error);
  if (answer !== undefined) return answer.code === GrpcStatus.INVALID_ARGUMENT || TOO_LARGE.test(answer.message);
  return !(error instanceof Error && PASSING.has(error.name));
}

/** One line, with the cause: an error of the SDK's client says only that a call failed. */
export function reasonOf(error: unknown): string {
  const answer = grpcErrorIn(error);
  const text = answer?.message ?? (error instanceof Error ? error.message : String(error));
  return text.replaceAll(/\s+/g, ' ').trim();
}
