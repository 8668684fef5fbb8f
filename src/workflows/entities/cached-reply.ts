// The Workflow of one cached answer: its input is the answer, and it ends when the answer is too old.
import { sleep } from '@temporalio/workflow';
import type { CachedReply } from '../../domain/call/cached-reply.js';
import { moveOn } from '../move-on.js';

moveOn(cachedReply);

export async function cachedReply({ ttlMs }: CachedReply): Promise<void> {
  await sleep(ttlMs, { summary: 'time to live' });
}
