import type { TopicPartition } from '../pipeline/index.js';

/** A member of the group, as the assignment needs it. */
export interface AssignableMember {
  readonly memberId: string;
  readonly topics: ReadonlySet<string>;
  /** Its partitions when it joined. */
  readonly owned: readonly TopicPartition[];
  /** The generation in which it received them; -1 if it had none. */
  readonly generation: number;
}

/** A member's share while the assignment is computed. */
interface Share {
  readonly member: AssignableMember;
  readonly partitions: Map<string, TopicPartition>;
}

/**
 * Assigns a group's partitions evenly, and lets each member keep as many of its partitions as an even share allows.
 * Records of a partition that stays with its member are not handled again, and no new owner has to fill its caches.
 *
 * If two members claim a partition, it stays with the one that received it in the later generation.
 *
 * @returns each member's partitions by member id; a member without any has an empty list
 */
export function stickyAssignment(
  members: readonly AssignableMember[],
  partitions: readonly TopicPartition[],
): Map<string, TopicPartition[]> {
  const shares = members
    .toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .map((member): Share => ({ member, partitions: new Map() }));
  const unassigned = new Map(partitions.map((each) => [nameOf(each), each]));
  for (const share of shares.toSorted((a, b) => b.member.generation - a.member.generation)) {
    keepOwned(share, unassigned);
  }
  for (const [name, each] of unassigned) smallest(eligible(shares, each))?.partitions.set(name, each);
  while (moveOne(shares)) continue;
  return new Map(shares.map(({ member, partitions: held }) => [member.memberId, [...held.values()]]));
}

function keepOwned({ member, partitions }: Share, unassigned: Map<string, TopicPartition>): void {
  for (const owned of member.owned) {
    const name = nameOf(owned);
    const each = unassigned.get(name);
    if (!each || !member.topics.has(each.topic)) continue;
    unassigned.delete(name);
    partitions.set(name, each);
  }
}

/** Moves one partition to a member that has at least two fewer. @returns whether there was one to move */
function moveOne(shares: readonly Share[]): boolean {
  const bySize = shares.toSorted((a, b) => b.partitions.size - a.partitions.size);
  for (const from of bySize) {
    for (const [name, each] of [...from.partitions].toReversed()) {
      const to = smallest(eligible(shares, each));
      if (!to || to.partitions.size + 1 >= from.partitions.size) continue;
      from.partitions.delete(name);
      to.partitions.set(name, each);
      return true;
    }
  }
  return false;
}

function eligible(shares: readonly Share[], { topic }: TopicPartition): Share[] {
  return shares.filter(({ member }) => member.topics.has(topic));
}

function smallest(shares: readonly Share[]): Share | undefined {
  let least: Share | undefined;
  for (const share of shares) if (!least || share.partitions.size < least.partitions.size) least = share;
  return least;
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
