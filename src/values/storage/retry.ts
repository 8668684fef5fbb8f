// How long the driver itself tries: it is called within Workflow Tasks, which have 30 s, and at the beginning of activities,
// which send no heartbeats yet. What takes longer is tried again by the server.
import { setTimeout } from 'node:timers/promises';
import type { StorageAway } from './errors.js';

const PAUSES_MS = [100, 300, 800, 1_800];

/** Whether a storage has answered, and who is informed when that changes. */
export interface Health {
  isAway: boolean;
  /** Milliseconds since 1970; set while it is away. */
  awaySince?: number;
  readonly place: string;
  readonly log: StorageLog | undefined;
}

export interface StorageLog {
  info(message: string): void;
  warn(message: string): void;
}

/** Tries several times. While the storage is away, once: each caller would wait for the whole time. */
export async function tryStorage<T>(
  health: Health,
  signal: AbortSignal | undefined,
  use: () => Promise<T>,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      const value = await use();
      noteAnswer(health);
      return value;
    } catch (error) {
      const pause = PAUSES_MS[tries];
      if (health.isAway || pause === undefined || signal?.aborted === true || isFinal(error)) {
        noteAway(health, error);
        throw error;
      }
      await setTimeout(pause);
    }
  }
}

/** For the errors of a storage that is away. */
export const awayOf = ({ place, awaySince }: Health): StorageAway => ({
  storage: place,
  ...(awaySince === undefined ? {} : { since: new Date(awaySince).toISOString() }),
});

const isFinal = (error: unknown): boolean => error instanceof Error && error.name === 'MissingPackageError';

function noteAnswer(health: Health): void {
  if (health.isAway) health.log?.info(`storage ${health.place} can be used again`);
  health.isAway = false;
  delete health.awaySince;
}

export function noteAway(health: Health, error: unknown): void {
  if (!health.isAway) health.log?.warn(`storage ${health.place} cannot be used; calls wait: ${reasonOf(error)}`);
  health.isAway = true;
  health.awaySince ??= Date.now();
}

/** `EACCES: permission denied, open …`; for errors of S3 `AccessDenied: …`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'Code' in error && typeof error.Code === 'string' ? error.Code : error.name;
  return code === 'Error' || error.message.startsWith(code) || code.endsWith('PackageError')
    ? error.message
    : `${code}: ${error.message}`;
}
