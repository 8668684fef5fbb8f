// A command runs in a process group of its own, so that ending the group also ends all processes that the command started.
// G1. To end a group, it gets SIGTERM, and SIGKILL after a grace period if one of its processes is still alive.
// G2. The group does not outlive the call: processes that an exited program leaves behind are killed. A daemon that is meant to
//     stay must start a session of its own.
// G3. The group is killed when this process exits, unless this process gets SIGKILL.
import { setTimeout as delay } from 'node:timers/promises';
import { onExit } from 'signal-exit';

/** How often to check whether a group is gone; the system reports that only to the parents of its processes. */
const POLL_MS = 20;

export interface ProcessGroup {
  /** SIGTERM, then SIGKILL. Resolves when no process of the group is alive, or SIGKILL has been sent. */
  end(): Promise<void>;
  kill(this: void): void;
  /** Must be called last: another group may get the id after that. */
  release(): void;
}

export function processGroup(leader: number, graceMs: number): ProcessGroup {
  let ending: Promise<void> | undefined;
  const kill = () => void signalGroup(leader, 'SIGKILL');
  const end = async () => {
    if (!signalGroup(leader, 'SIGTERM')) return;
    const deadline = performance.now() + graceMs;
    while (performance.now() < deadline) {
      await delay(POLL_MS);
      if (!signalGroup(leader, 0)) return;
    }
    kill();
  };
  return { end: () => (ending ??= end()), kill, release: onExit(kill) };
}

/** Signal 0 only checks. False if the group is gone. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
