// gRPC status codes, as the server and @grpc/grpc-js number them, and how to find one in an error.

export const GrpcStatus = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** A chain of causes that is longer than this is a cycle. */
const MAX_CAUSES = 10;

type CodedError = Error & { readonly code: number };

/** The gRPC error in a chain of causes: the SDK's Workflow client wraps it, the raw services of a connection do not. */
export function grpcErrorIn(error: unknown): CodedError | undefined {
  let one = error;
  for (let depth = 0; depth < MAX_CAUSES && one instanceof Error; depth++) {
    if (isCoded(one)) return one;
    one = one.cause;
  }
  return undefined;
}

export const grpcCodeOf = (error: unknown): number | undefined => grpcErrorIn(error)?.code;

const isCoded = (error: Error): error is CodedError => 'code' in error && typeof error.code === 'number';
