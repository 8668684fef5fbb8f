import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/json/canonical.js';

/** The hash of a value as JSON, in hexadecimal. The order of keys makes no difference. */
export const sha256 = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');
