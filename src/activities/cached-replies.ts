// The cache: each answer in it is a Workflow of its own that ends when the answer is too old, so that nothing is left behind.
import type { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { CACHED_REPLY, type CachedReply } from '../domain/cached-reply.js';
import { startOf } from '../history/events.js';

/** The cache is there to save time. */
const WITHIN_MS = 5_000;
/** The server ends an entry that no worker ends. */
const LATEST_END_MS = 60_000;

export interface CacheEntry {
  readonly agent: string;
  readonly key: string;
  /** What is older is not good enough for whoever asks. */
  readonly ttlMs: number;
}

export interface CacheLook {
  readonly reply?: CachedReply;
  /** There is an answer, and it is too old. */
  readonly isOld: boolean;
}

const idOf = ({ agent, key }: CacheEntry): string => `baton-cache/${agent}/${key}`;

export async function lookInCache({ client, info }: Context, entry: CacheEntry): Promise<CacheLook> {
  const workflowId = idOf(entry);
  return await client.withDeadline(Date.now() + WITHIN_MS, async () => {
    try {
      const { status, startTime } = await client.workflow.getHandle(workflowId).describe();
      if (status.name !== 'RUNNING') return { isOld: false };
      // Both times are the server's.
      const isOld = info.currentAttemptScheduledTimestampMs - startTime.getTime() >= entry.ttlMs;
      return isOld ? { isOld } : { isOld, reply: (await startOf(client, { workflowId })) as CachedReply };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { isOld: false };
      throw error;
    }
  });
}

/** Of several that ask the same at once each may be answered by the agent; the first answer stays. */
export async function keepInCache(
  { client, info }: Context,
  entry: CacheEntry,
  { output, replace }: { output: unknown; replace: boolean },
): Promise<void> {
  const { ttlMs, agent } = entry;
  await client.withDeadline(Date.now() + WITHIN_MS, () =>
    client.workflow.start(CACHED_REPLY, {
      workflowId: idOf(entry),
      taskQueue: info.taskQueue,
      args: [{ output, ttlMs } satisfies CachedReply],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: replace ? 'TERMINATE_EXISTING' : 'USE_EXISTING',
      workflowExecutionTimeout: ttlMs + LATEST_END_MS,
      staticSummary: `an answer of ${agent}`,
    }),
  );
}
