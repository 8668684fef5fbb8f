// With which keys values are encrypted: the setting `encryption`.
import { z } from 'zod';

const KeySource = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  'expected { env: NAME } or { file: PATH }',
);

export const EncryptionSettings = z.strictObject({
  /** The first key encrypts, all decrypt. A key is 32 bytes in base64. */
  keys: z.array(z.strictObject({ id: z.string().min(1).max(100), key: KeySource })).min(1),
});
export type EncryptionSettings = z.infer<typeof EncryptionSettings>;
