// Makes one gRPC call, without the SDK's retries: whether a Temporal server answers, and if not, the reason in one line.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { Connection } from '@temporalio/client';
import { isRecord } from '../domain/json/own-property.js';
import { type ServerConnectionOptions } from './address.js';
import { firstLineOf } from '../system/system-error.js';
import { grpcCodeOf, GrpcStatus } from '../temporal/grpc.js';

/** `absent`: no server answers by Temporal's protocol, or the server denies access. */
export type Probed =
  { readonly state: 'ready' } | { readonly state: 'absent' | 'no-namespace'; readonly reason: string };

export async function probe(options: ServerConnectionOptions, namespace: string, timeoutMs: number): Promise<Probed> {
  const connection = Connection.lazy({ ...options, interceptors: [] });
  const call = <T>(request: () => Promise<T>) => connection.withDeadline(Date.now() + timeoutMs, request);
  try {
    await call(() => connection.workflowService.describeNamespace({ namespace })).catch(async (error: unknown) => {
      // The time-skipping test server cannot describe namespaces.
      if (grpcCodeOf(error) !== GrpcStatus.UNIMPLEMENTED) throw error;
      await call(() => connection.workflowService.getSystemInfo({}));
    });
    return { state: 'ready' };
  } catch (error) {
    if (grpcCodeOf(error) !== GrpcStatus.NOT_FOUND) return { state: 'absent', reason: explain(error, timeoutMs) };
    return { state: 'no-namespace', reason: `the server has no namespace ${JSON.stringify(namespace)}` };
  } finally {
    await connection.close();
  }
}

function explain(error: unknown, timeoutMs: number): string {
  if (grpcCodeOf(error) === GrpcStatus.DEADLINE_EXCEEDED) return `no answer within ${timeoutMs / 1000} s`;
  const [, system] =
    /Last error: (?:Error: )?((?:connect|read|getaddrinfo) [^.]*(?:\.\d[^.\s]*)*)/.exec(firstLineOf(error)) ?? [];
  return system ?? firstLineOf(error).replace(/ Resolution note:\s*$/, '');
}

/** Whether the Web UI of Temporal is at this address. Without `fetch`, which takes 30 ms of processor time to load. */
export async function isWebUi(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const asked = get(`${url}/api/v1/settings`, { agent: false, signal: AbortSignal.timeout(timeoutMs) });
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    const settings: unknown = await json(reply);
    return reply.statusCode === 200 && isRecord(settings) && 'DefaultNamespace' in settings;
  } catch {
    return false;
  }
}
