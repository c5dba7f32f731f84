import type { TopicId } from '../messages/message.js';
import type { AssignedPartition } from './assignment.js';

/**
 * - `unjoined`: has not asked to join yet.
 * - `joining`: its first heartbeat, with epoch 0, is not answered yet.
 * - `stable`: owns what it is to own, as far as it knows.
 * - `reconciling`: is to own other partitions: it looks topics up, drains what it gives up, or waits for an unknown topic.
 * - `acknowledging`: has given up or taken over partitions; the coordinator has not confirmed it yet.
 * - `fenced`: the group has removed it; it drops its partitions and then joins as a new member.
 * - `leaving`: its last heartbeat is not answered yet.
 * - `left`: is no member any more, and does nothing.
 */
export type MemberState =
  'unjoined' | 'joining' | 'stable' | 'reconciling' | 'acknowledging' | 'fenced' | 'leaving' | 'left';

/** What a member wants to have done. */
export type MemberEffect =
  /** Look up the names of topics in fresh metadata, and report them with `topicsKnown` or `topicsUnknown`. */
  | { readonly kind: 'look up'; readonly topicIds: readonly TopicId[] }
  /** Drain the partitions and commit; then call `revoked` with the same number. */
  | {
      readonly kind: 'revoke';
      readonly revocation: number;
      readonly partitions: readonly AssignedPartition[];
    }
  /** Start to read the partitions. */
  | { readonly kind: 'assign'; readonly partitions: readonly AssignedPartition[] }
  /** Drop the partitions of topics that no longer exist, without a commit: it could reach a topic of the same name. */
  | { readonly kind: 'lose'; readonly partitions: readonly AssignedPartition[] }
  /** The group has removed the member: drop the partitions without a commit, then call `dropped`. */
  | { readonly kind: 'fence'; readonly partitions: readonly AssignedPartition[]; readonly why: string }
  /** Look up the coordinator before the next heartbeat. */
  | { readonly kind: 'find coordinator' }
  /** The group refuses the member, and a retry does not help. */
  | { readonly kind: 'end'; readonly error: string; readonly detail: string | null };
