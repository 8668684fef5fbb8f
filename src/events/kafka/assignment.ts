// The partitions that the group has assigned to this process.
// A1. A partition that another member has got is forgotten: what this process holds of it commits nothing any more.
// A2. A partition that stays with this member keeps its state: what is held is not delivered a second time.
import type { Consumer, GroupAssignment } from '@platformatic/kafka';
import { Partition } from './partition.js';

export const EARLIEST = -2n;
export const LATEST = -1n;

export interface Assignment {
  all(): readonly Partition[];
  /** False for a partition that has been forgotten. */
  has(partition: Partition): boolean;
  /** Resolves when the last assignment is known in full. */
  settled(): Promise<void>;
  assign(assignments: readonly GroupAssignment[]): Promise<void>;
  forgetAll(): void;
}

export function createAssignment(member: Consumer, topic: string): Assignment {
  let partitions = new Map<number, Partition>();
  let memberId: string | null = null;
  let settled = Promise.resolve();

  const assign = async (assignments: readonly GroupAssignment[]): Promise<void> => {
    const ids = assignments.find((one) => one.topic === topic)?.partitions ?? [];
    // A member with another id was expelled in between: its partitions may have belonged to another one.
    const isSameMember = memberId === member.memberId;
    ({ memberId } = member);
    partitions = new Map([...partitions].filter(([id]) => isSameMember && ids.includes(id)));
    const added = ids.filter((id) => !partitions.has(id));
    for (const [id, start] of await startsOf(member, topic, added)) partitions.set(id, new Partition(id, start));
  };

  return {
    all: () => [...partitions.values()],
    has: (partition) => partitions.get(partition.partition) === partition,
    settled: () => settled,
    assign: (assignments) => (settled = settled.then(() => assign(assignments))),
    forgetAll: () => (partitions = new Map()),
  };
}

/** Where the group continues: after what it has committed, or at the first message. */
async function startsOf(member: Consumer, topic: string, partitions: number[]): Promise<Map<number, bigint>> {
  if (partitions.length === 0) return new Map();
  const [committed, first] = await Promise.all([
    member.listCommittedOffsets({ topics: [{ topic, partitions }] }),
    member.listOffsets({ topics: [topic], timestamp: EARLIEST }),
  ]);
  return new Map(
    partitions.map((id) => {
      const offset = committed.get(topic)?.[id] ?? -1n;
      return [id, offset >= 0n ? offset : (first.get(topic)?.[id] ?? 0n)] as const;
    }),
  );
}
