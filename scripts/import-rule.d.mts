export interface Allowed {
  readonly folders: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}
export const ALLOWED: Readonly<Record<string, Allowed>>;
export const DOMAIN: readonly string[];
