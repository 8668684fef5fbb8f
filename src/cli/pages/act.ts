// What a person does by a page: the same messages as those of the commands approve, retry, skip, pause, resume and cancel.
import { z } from 'zod';
import type { Baton } from '../../client.js';
import { checkApproval } from '../../client/messages.js';
import { defined } from '../../domain/json/defined.js';
import { userName } from '../session/user-name.js';

const id = z.string().min(1);
const task = z.string().min(1);
const comment = z.string().optional();

export const Act = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('approve'), id, task, comment }),
  z.strictObject({ act: z.literal('reject'), id, task, comment }),
  z.strictObject({ act: z.literal('retry'), id, task }),
  z.strictObject({ act: z.literal('skip'), id, task }),
  z.strictObject({ act: z.literal('pause'), id }),
  z.strictObject({ act: z.literal('resume'), id }),
  z.strictObject({ act: z.literal('cancel'), id }),
]);
export type Act = z.infer<typeof Act>;

/** Returns what was done, in words. Throws as the methods of a run do. */
export async function perform(baton: Baton, request: Act): Promise<string> {
  const run = baton.run(request.id);
  switch (request.act) {
    case 'approve':
    case 'reject': {
      const text = request.comment?.trim() === '' ? undefined : request.comment;
      const answer = { reject: request.act === 'reject', ...defined({ comment: text, by: userName() }) };
      checkApproval(answer);
      await run.approve(request.task, answer);
      return `${request.task}: ${answer.reject ? 'rejected' : 'approved'}`;
    }
    case 'retry':
      await run.retryTask(request.task);
      return `${request.task}: the next attempt starts now`;
    case 'skip':
      await run.skipTask(request.task);
      return `${request.task}: skipped`;
    case 'pause':
      await run.pause();
      return 'paused: no more tasks start';
    case 'resume':
      await run.resume();
      return 'resumed';
    case 'cancel':
      await run.cancel();
      return 'cancelling: the run stops, and undoes its work';
  }
}
