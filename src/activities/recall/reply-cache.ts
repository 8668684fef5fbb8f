// The cache of replies: each reply in it is a Workflow of its own, which ends when the reply is too old, so that nothing is left behind.
import type { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { CACHED_REPLY, type CachedReply } from '../../domain/call/cached-reply.js';
import { readWorkflowInput } from '../../temporal/history.js';

/** The cache exists to save time: a call does not wait longer than this for it. */
const CACHE_TIMEOUT_MS = 5_000;
/** The server ends an entry this long after its time, if no worker ends it. */
const LATEST_END_MS = 60_000;

export interface CacheEntry {
  readonly agent: string;
  readonly key: string;
  /** A reply that is older than this is not used. */
  readonly ttlMs: number;
}

export interface CacheLookup {
  readonly reply?: CachedReply;
  /** True if there is a reply, but it is too old. */
  readonly isOld: boolean;
}

const entryWorkflowId = ({ agent, key }: CacheEntry): string => `baton-cache/${agent}/${key}`;

export async function lookUpReply({ client, info }: Context, entry: CacheEntry): Promise<CacheLookup> {
  const workflowId = entryWorkflowId(entry);
  return await client.withDeadline(Date.now() + CACHE_TIMEOUT_MS, async () => {
    try {
      const { status, startTime } = await client.workflow.getHandle(workflowId).describe();
      if (status.name !== 'RUNNING') return { isOld: false };
      // Both times are the server's.
      const isOld = info.currentAttemptScheduledTimestampMs - startTime.getTime() >= entry.ttlMs;
      return isOld ? { isOld } : { isOld, reply: (await readWorkflowInput(client, { workflowId })) as CachedReply };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { isOld: false };
      throw error;
    }
  });
}

/** If several calls with the same key run at the same time, each may call the agent; the first reply is kept. */
export async function keepReply(
  { client, info }: Context,
  entry: CacheEntry,
  { output, replace }: { output: unknown; replace: boolean },
): Promise<void> {
  const { ttlMs, agent } = entry;
  await client.withDeadline(Date.now() + CACHE_TIMEOUT_MS, () =>
    client.workflow.start(CACHED_REPLY, {
      workflowId: entryWorkflowId(entry),
      taskQueue: info.taskQueue,
      args: [{ output, ttlMs } satisfies CachedReply],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: replace ? 'TERMINATE_EXISTING' : 'USE_EXISTING',
      workflowExecutionTimeout: ttlMs + LATEST_END_MS,
      staticSummary: `a reply of ${agent}`,
    }),
  );
}
