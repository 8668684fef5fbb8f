// A command runs in a process group of its own, so that ending it ends whatever it started.
// G1. A group that is told to end gets SIGTERM, and SIGKILL once a grace is over and something of it still lives.
// G2. The group does not outlive the call: what a program that has exited leaves behind in it is killed. A daemon that is
//     meant to stay must make a session of its own.
// G3. The group dies with this process, unless this process gets SIGKILL.
import { setTimeout as delay } from 'node:timers/promises';
import { onExit } from 'signal-exit';

/** How often to look whether a group is gone; its end is not announced to anyone but its parents. */
const POLL_MS = 20;

export interface ProcessGroup {
  /** SIGTERM, then SIGKILL; resolves when nothing of the group is alive, or SIGKILL has been sent. */
  end(): Promise<void>;
  kill(this: void): void;
  /** To be called last: the group's id may be another's after that. */
  release(): void;
}

export function processGroup(leader: number, graceMs: number): ProcessGroup {
  let ending: Promise<void> | undefined;
  const kill = () => void send(leader, 'SIGKILL');
  const end = async () => {
    if (!send(leader, 'SIGTERM')) return;
    const deadline = performance.now() + graceMs;
    while (performance.now() < deadline) {
      await delay(POLL_MS);
      if (!send(leader, 0)) return;
    }
    kill();
  };
  return { end: () => (ending ??= end()), kill, release: onExit(kill) };
}

/** False if the group is gone. */
function send(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
