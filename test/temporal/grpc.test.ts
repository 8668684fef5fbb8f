import { expect, test } from 'vitest';
import { grpcCodeOf, grpcErrorIn, GrpcStatus } from '../../src/temporal/grpc.js';

const grpcError = Object.assign(new Error('5 NOT_FOUND: no such workflow'), { code: GrpcStatus.NOT_FOUND });

test('grpcCodeOf: the code of a gRPC error itself', () => {
  expect(grpcCodeOf(grpcError)).toBe(GrpcStatus.NOT_FOUND);
});

test('grpcErrorIn: the gRPC error that the SDK wraps, at any depth', () => {
  const wrapped = new Error('failed', { cause: new Error('no', { cause: grpcError }) });
  expect(grpcErrorIn(wrapped)).toBe(grpcError);
});

test('grpcCodeOf: undefined for system errors, for other values, and for a cycle of causes', () => {
  const cycle = new Error('cycle');
  cycle.cause = cycle;
  const system = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  expect([system, cycle, new Error('plain'), 'text', undefined].map(grpcCodeOf)).toEqual(Array(5).fill(undefined));
});
