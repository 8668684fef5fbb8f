// The Workflow of one cached answer: its input is the answer, and it ends when the answer is too old.
import { sleep } from '@temporalio/workflow';
import type { CachedReply } from '../../domain/call/cached-reply.js';

export async function cachedReply({ ttlMs }: CachedReply): Promise<void> {
  await sleep(ttlMs, { summary: 'time to live' });
}
