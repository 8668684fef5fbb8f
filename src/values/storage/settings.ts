// Where large values are stored: the setting `storage`.
import { z } from 'zod';
import { parseByteCount } from '../../domain/byte-count.js';

const S3Settings = z.strictObject({
  bucket: z.string().min(1),
  /** The beginning of the keys of all objects; default none. */
  prefix: z.string().optional(),
  /** For a service that is not Amazon's; addressed by path, not by the name of the bucket. */
  endpoint: z.url().optional(),
  region: z.string().min(1).optional(),
});
export type S3Settings = z.infer<typeof S3Settings>;

export const DEFAULT_THRESHOLD = 128 * 1024;

/** A stored value leaves a reference of about 400 bytes in the history, and costs a file or a request: less does not pay. */
const LEAST_THRESHOLD = 16 * 1024;

/** Runs count on it: an output in a history is never larger (`output-room.ts`). */
const MOST_THRESHOLD = 128 * 1024;

const Threshold = z.string().superRefine((text, context) => {
  const bytes = parseByteCount(text);
  if (bytes !== undefined && bytes >= LEAST_THRESHOLD && bytes <= MOST_THRESHOLD) return;
  const message = `expected a size from 16KiB to 128KiB, such as "64KiB", got ${JSON.stringify(text)}`;
  context.addIssue({ code: 'custom', message });
});

export const StorageSettings = z
  .strictObject({
    /** A directory that all workers and clients can read and write; relative to the configuration. */
    dir: z.string().min(1).optional(),
    s3: S3Settings.optional(),
    /** Values of at least this size are stored: `128KiB` is the default. */
    threshold: Threshold.optional(),
  })
  .refine(({ dir, s3 }) => (dir === undefined) !== (s3 === undefined), 'expected one of dir and s3');
export type StorageSettings = z.infer<typeof StorageSettings>;
