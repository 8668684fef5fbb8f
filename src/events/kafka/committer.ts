// Commits the offsets of what has been acknowledged: one commit at a time, which contains all that is due.
import { setTimeout } from 'node:timers/promises';
import type { Consumer } from '@platformatic/kafka';
import type { Assignment } from './assignment.js';

/** The pause after a commit that failed: the group is being rebalanced, or the connection is lost, and the session ends. */
const RETRY_MS = 500;

export interface Committer {
  /** Commits in the background, until nothing is due. */
  start(this: void): void;
  /** One last attempt. */
  finish(): Promise<void>;
}

export function createCommitter(member: Consumer, topic: string, assignment: Assignment): Committer {
  let isFinished = false;
  let running: Promise<void> | undefined;

  const commitDue = async (): Promise<'done' | 'failed' | 'nothing due'> => {
    const due = assignment
      .all()
      .flatMap((partition) =>
        partition.uncommitted === undefined ? [] : [{ partition, offset: partition.uncommitted }],
      );
    if (due.length === 0) return 'nothing due';
    const offsets = due.map(({ partition: { partition }, offset }) => ({ topic, partition, offset, leaderEpoch: -1 }));
    try {
      await member.commit({ offsets });
    } catch {
      return 'failed';
    }
    for (const { partition, offset } of due) partition.committed(offset);
    return 'done';
  };

  const run = async (): Promise<void> => {
    while (!isFinished) {
      const result = await commitDue();
      if (result === 'nothing due') return;
      if (result === 'failed') await setTimeout(RETRY_MS);
    }
  };

  return {
    start() {
      running ??= run().finally(() => (running = undefined));
    },
    async finish() {
      isFinished = true;
      await running;
      await commitDue();
    },
  };
}
