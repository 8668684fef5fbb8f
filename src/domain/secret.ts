// Secrets: how plans and settings refer to them, and which of them a worker may use. A reference is data like any other until the
// activity replaces it, immediately before the call: plans, histories, forks and caches hold the reference, never the value.
import { z } from 'zod';

/** Also the name of a file in a directory of secrets, so it cannot be a path. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

export const SecretName = z
  .string()
  .regex(NAME, 'expected the name of a secret: letters, digits, "_", "." or "-", at most 128');

/** Which secrets the calls of a worker may use, and where their values are. */
export const SecretSettings = z.strictObject({
  allow: z.array(SecretName).max(10_000),
  /** `env` (default): variables of the worker. Otherwise a directory with one file for each secret. */
  from: z.string().min(1).optional(),
});
export type SecretSettings = z.infer<typeof SecretSettings>;

/** `{ $secret: NAME }`, a secret that the worker allows. */
export const SecretReference = z.strictObject({ $secret: SecretName });
export type SecretReference = z.infer<typeof SecretReference>;

/** Where a setting of an agent gets its secret: `{ env: NAME }` needs no permission, because only the configuration can name it. */
export type SecretSource = SecretReference | { readonly env: string };

/** A secret that the settings of an agent name. */
export interface SecretUse {
  /** What it is for; messages begin with it: `header "x-key"`. */
  readonly what: string;
  readonly source: SecretSource;
}

/** In a setting: a variable of the worker that the configuration names, or a secret that the worker allows. */
export const SecretSetting = z.union(
  [z.strictObject({ env: z.string().min(1) }), SecretReference],
  'expected { env: NAME } or { $secret: NAME }',
);

/** The source alone, of a setting that may have more. */
export const sourceOf = (setting: SecretSource): SecretSource =>
  'env' in setting ? { env: setting.env } : { $secret: setting.$secret };

/** The only property of a reference. */
const KEY = '$secret';

/** The name in `{ $secret: NAME }`; `undefined` for any other value. */
export function referencedSecret(value: object): string | undefined {
  if (!Object.hasOwn(value, KEY)) return undefined;
  const name: unknown = Reflect.get(value, KEY);
  return typeof name === 'string' && Object.keys(value).length === 1 ? name : undefined;
}

/** Faster than to list them: most values have none. */
export function hasReferences(value: unknown): boolean {
  const seen = new Set<object>();
  const search = (part: unknown): boolean => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return false;
    if (referencedSecret(part) !== undefined) return true;
    seen.add(part);
    return (Array.isArray(part) ? part : Object.values(part)).some(search);
  };
  return search(value);
}

export interface PlacedReference {
  readonly path: readonly PropertyKey[];
  readonly name: string;
}

/** All references within a value, each with its path. A value that contains itself is not searched twice. */
export function referencesIn(value: unknown): PlacedReference[] {
  const found: PlacedReference[] = [];
  const seen = new Set<object>();
  const search = (part: unknown, path: readonly PropertyKey[]): void => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    const name = referencedSecret(part);
    if (name !== undefined) {
      // The same object may be at several places.
      seen.delete(part);
      found.push({ path, name });
    } else if (Array.isArray(part)) part.forEach((one, index) => search(one, [...path, index]));
    else for (const [key, one] of Object.entries(part)) search(one, [...path, key]);
  };
  search(value, []);
  return found;
}

/** A copy of a value in which each reference is replaced; the value itself if it has none. */
export function replaceReferences(value: unknown, replacement: (name: string) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const name = referencedSecret(value);
  if (name !== undefined) return replacement(name);
  if (Array.isArray(value)) return value.map((part) => replaceReferences(part, replacement));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaceReferences(part, replacement)]));
}

/** Where the value of a secret was. */
export const secretMark = (name: string): string => `[secret ${name}]`;

/** Replaces the values of secrets in text. */
export interface Redactor {
  /** From now on, this value is replaced too. */
  add(this: void, name: string, value: string): void;
  /** A text as a whole. */
  redact(this: void, text: string): string;
  /** The beginning of a longer text, without the beginning of a secret at its end. */
  redactCut(this: void, text: string): string;
  /** A text that arrives in pieces: passes it on as soon as it is certain that no secret begins in it. */
  redactStream(this: void, emit: (text: string) => void): TextStream;
}

export interface TextStream {
  push(this: void, text: string): void;
  /** Passes on what was held back. */
  end(this: void): void;
}
