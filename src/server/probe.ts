// One gRPC call, without the SDK's retries: whether a Temporal server answers, and if not, why in one line.
import { Connection } from '@temporalio/client';
import { type ServerConnectionOptions } from './address.js';
import { reasonOf } from './unreachable.js';

/** gRPC's numbers, as @grpc/grpc-js gives them. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

/** `absent`: nobody who speaks Temporal's protocol, or lets us in, is there. */
export type Probed =
  { readonly state: 'ready' } | { readonly state: 'absent' | 'no-namespace'; readonly reason: string };

export async function probe(options: ServerConnectionOptions, namespace: string, timeoutMs: number): Promise<Probed> {
  const connection = Connection.lazy({ ...options, interceptors: [] });
  const call = <T>(ask: () => Promise<T>) => connection.withDeadline(Date.now() + timeoutMs, ask);
  try {
    await call(() => connection.workflowService.describeNamespace({ namespace })).catch(async (error: unknown) => {
      // The time-skipping test server does not describe namespaces, but does tell of itself.
      if (grpcCodeOf(error) !== UNIMPLEMENTED) throw error;
      await call(() => connection.workflowService.getSystemInfo({}));
    });
    return { state: 'ready' };
  } catch (error) {
    if (grpcCodeOf(error) !== NOT_FOUND) return { state: 'absent', reason: explain(error, timeoutMs) };
    return { state: 'no-namespace', reason: `the server has no namespace ${JSON.stringify(namespace)}` };
  } finally {
    await connection.close();
  }
}

const grpcCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

function explain(error: unknown, timeoutMs: number): string {
  if (grpcCodeOf(error) === DEADLINE_EXCEEDED) return `no answer within ${timeoutMs / 1000} s`;
  const [, system] =
    /Last error: (?:Error: )?((?:connect|read|getaddrinfo) [^.]*(?:\.\d[^.\s]*)*)/.exec(reasonOf(error)) ?? [];
  return system ?? reasonOf(error).replace(/ Resolution note:\s*$/, '');
}

/** Whether the Web UI of Temporal is at this address. */
export async function isWebUi(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/api/v1/settings`, { signal: AbortSignal.timeout(timeoutMs) });
    const settings: unknown = reply.ok ? await reply.json() : undefined;
    return typeof settings === 'object' && settings !== null && 'DefaultNamespace' in settings;
  } catch {
    return false;
  }
}
