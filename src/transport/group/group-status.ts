import type { TopicPartition } from '../../pipeline/index.js';

/** The state of a group's consumer. */
export type GroupPhase =
  'connecting' | 'waiting-for-topics' | 'rebalancing' | 'running' | 'draining' | 'stopped';

/** A group's consumer as health and operators see it. Times are in ms since the epoch. */
export interface GroupStatus {
  readonly groupId: string;
  phase: GroupPhase;
  /** Whether it has ever joined and known its positions. */
  everJoined: boolean;
  memberId: string | undefined;
  generation: number | undefined;
  assignment: readonly TopicPartition[];
  /** Topics that have handlers and do not exist. */
  missingTopics: readonly string[];
  /** Those of them that this client may not see. */
  hiddenTopics: readonly string[];
  /** Why retry topics of the group can not be created, or not be given the partitions that they need. */
  retryTopicProblems: readonly string[];
  /** What the brokers deny this client, and what to grant; cleared once it can read again. */
  accessProblem: string | undefined;
  /** Partitions that wait at a batch which can't be read, and why; by topic and partition. */
  readonly unreadableBatches: Map<string, string>;
  /** The coordinator's last answer to a heartbeat or join; 0 before the first. */
  lastHeartbeatAt: number;
  /** The last heartbeat, join or batch, list of topics before a client begins, or client that was denied access. */
  lastProgressAt: number;
  /** How often a client was replaced after it had ended. */
  restarts: number;
  /** How often it has joined the group, the first time included. */
  joins: number;
  /** Why the last client ended; undefined once another runs. */
  lastError: { readonly at: number; readonly message: string } | undefined;
  /** Whether the loop that replaces clients has ended. */
  ended: boolean;
}
