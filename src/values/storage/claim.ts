// What the history has in place of a stored value.
import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import type { ValueClaim } from '../../domain/json/value-reference.js';
import { defined } from '../../domain/json/defined.js';
import { hashOfKey, isKey } from './store.js';

const Claim = z.object({
  /** SHA-256 of the stored bytes, in hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.coerce.number().int().min(0),
  key: z.string().refine(isKey),
  /** The id of the storage, and its place in words. */
  storage: z.string(),
  place: z.string(),
  /** The path on the machine that stored the value, if the storage is a directory. */
  directory: z.string().optional(),
  /** If the value refers to other stored values: the ids of their storages, as a list in JSON. */
  references: z.string().optional(),
});
export type Claim = z.infer<typeof Claim>;

export const writeClaim = ({ bytes, directory, references, ...rest }: Claim): Record<string, string> => ({
  ...rest,
  bytes: String(bytes),
  ...defined({ directory, references }),
});

/** `undefined` if this is not a claim of Baton. */
export function readClaim(data: Readonly<Record<string, string>>): Claim | undefined {
  const { data: claim } = Claim.safeParse(data);
  return claim !== undefined && hashOfKey(claim.key) === claim.hash ? claim : undefined;
}

/** For messages: enough to find the value. */
export const claimText = ({ hash, bytes, place }: Pick<Claim, 'hash' | 'bytes' | 'place'>): string =>
  `the stored value ${hash} (${bytes} bytes) in ${place}`;

/** The claims of the values that a payload refers to. They are in its metadata, in clear text also if the payload is encrypted. */
export function claimsIn({ metadata }: Payload): ValueClaim[] {
  const references = metadata?.['references'];
  return references == null ? [] : (JSON.parse(Buffer.from(references).toString('utf8')) as ValueClaim[]);
}
