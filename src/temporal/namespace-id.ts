// The id of a namespace: two servers may have namespaces of the same name.
import type { WorkflowService } from '@temporalio/client';
import { grpcCodeOf, GrpcStatus } from './grpc.js';

/** '' if the server does not describe namespaces, as the time-skipping test server, or does not permit it. */
export async function namespaceId(service: WorkflowService, namespace: string): Promise<string> {
  try {
    return (await service.describeNamespace({ namespace })).namespaceInfo?.id ?? '';
  } catch (error) {
    const code = grpcCodeOf(error);
    if (code === GrpcStatus.UNIMPLEMENTED || code === GrpcStatus.PERMISSION_DENIED) return '';
    throw error;
  }
}
