// The Workflow of one cached answer: it holds the answer in its input, and ends when it is too old.
import { sleep } from '@temporalio/workflow';
import type { CachedReply } from '../domain/cached-reply.js';

export async function cachedReply({ ttlMs }: CachedReply): Promise<void> {
  await sleep(ttlMs, { summary: 'time to live' });
}
