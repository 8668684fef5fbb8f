// The mailbox of a run that does not exist yet: events for it, oldest first. It is one JSON value, and is carried through
// continue-as-new in one payload, so it is bounded.
import { z } from 'zod';
import { jsonBytes, MAX_VALUE_BYTES } from '../json/byte-size.js';

/** The Workflow type; its id is `baton-mailbox/RUN`. Names are part of histories and never change. */
export const MAILBOX = 'mailbox';
/** An update. */
export const KEEP_MAIL = 'keepMail';

export const mailboxId = (run: string): string => `baton-mailbox/${run}`;

/** The Task Queue that the gateways of a project poll. */
export const eventsQueue = (project: string): string => `baton-events/${project}`;

/** The activities of a gateway. */
export const MAIL_ACTIVITIES = { deliver: 'deliverMail', bury: 'buryMail' } as const;

export const Mail = z.strictObject({
  subscription: z.string(),
  /** The name that a task of the run waits for. */
  event: z.string(),
  data: z.unknown(),
  /** The run receives it once under this id. */
  id: z.string().optional(),
});
export type Mail = z.infer<typeof Mail>;

export interface KeptMail extends Mail {
  /** Milliseconds since 1970. */
  readonly keptAt: number;
}

export interface MailboxInput {
  readonly run: string;
  /** What the previous history kept. */
  readonly mail?: readonly KeptMail[];
}

export interface MailRequest {
  readonly run: string;
  readonly mail: KeptMail;
}

export interface BuryRequest extends MailRequest {
  /** One line. */
  readonly reason: string;
}

/** Events for one run that does not exist yet: more are a sign that it will never exist. */
export const MAX_MAIL = 200;
/** One payload, less the fields around the data. */
export const MAX_MAIL_BYTES = MAX_VALUE_BYTES;
/** Long enough for a run that is started by hand on the next day. */
export const KEPT_FOR_MS = 24 * 60 * 60 * 1_000;
export const KEPT_FOR = '24h';

/** The reason for which an event is refused; `undefined` if it fits. An event that is kept already always fits. */
export function whyMailboxFull(run: string, kept: readonly KeptMail[], mail: Mail): string | undefined {
  if (isKept(kept, mail)) return undefined;
  const start = `run ${run} does not exist yet; at most`;
  if (kept.length >= MAX_MAIL)
    return `${start} ${MAX_MAIL} events are kept for a run until it exists, and ${kept.length} are`;
  const [bytes, own] = [jsonBytes(kept), jsonBytes(mail)];
  if (bytes + own <= MAX_MAIL_BYTES) return undefined;
  return `${start} ${MAX_MAIL_BYTES} bytes of events are kept for a run until it exists; ${bytes} are, and this one has ${own}`;
}

export const isKept = (kept: readonly KeptMail[], { id }: Mail): boolean =>
  id !== undefined && kept.some((one) => one.id === id);

/** An event that waited for too long. */
export const tooOld = (run: string): string => `run ${run} did not exist within ${KEPT_FOR}`;
