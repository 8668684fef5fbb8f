// Mailboxes as a gateway sees them.
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { EventError } from '../../domain/event/cloud-event.js';
import { eventsQueue, KEEP_MAIL, MAILBOX, mailboxId, type Mail } from '../../domain/event/mailbox.js';
import { executeUpdateWithStart } from '../../temporal/update-with-start.js';
import type { Mailboxes } from '../act.js';

/** A gateway that polls the queue answers in milliseconds. */
const ANSWER_WITHIN_MS = 20_000;

export function createMailboxes(client: Client, project: string): Mailboxes {
  return {
    async hasMail(run) {
      try {
        const { status } = await client.workflow.getHandle(mailboxId(run)).describe();
        return status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    async keep(run, mail: Mail) {
      const address = {
        workflowType: MAILBOX,
        workflowId: mailboxId(run),
        taskQueue: eventsQueue(project),
        input: { run },
        summary: `events for run ${run}`.slice(0, 200).toWellFormed(),
      };
      try {
        await executeUpdateWithStart(client, address, {
          update: KEEP_MAIL,
          message: mail,
          withinMs: ANSWER_WITHIN_MS,
        });
      } catch (error) {
        if (!(error instanceof WorkflowUpdateFailedError)) throw error;
        throw new EventError(error.cause?.message ?? error.message, { cause: error });
      }
    },
  };
}
