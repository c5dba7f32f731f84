import type { Clock } from '../../../pipeline/index.js';
import { BrokerAnswerError, errorName } from '../messages/error-codes.js';
import type { PartitionAnswer } from '../messages/fetch.js';
import { UNREADABLE_RETRY_MS } from './fetch-answer.js';
import type { FetchListener } from './fetch-listener.js';
import { partitionFailureOf } from './partition-errors.js';
import type { PositionReset } from './position-reset.js';
import type { Reading } from './reading.js';
import type { TopicLeaders } from './topic-leaders.js';

/** How long a partition waits whose leader is not known, or has just moved, in ms. */
export const LEADER_RETRY_MS = 100;
/** How long a follower is read from before the leader is asked again, in ms. */
const REPLICA_MS = 300_000;
/** How long the leader is read from after a follower has failed, in ms. */
const LEADER_ONLY_MS = 30_000;

/** The dependencies of failures. */
export interface PartitionFailuresParts {
  readonly leaders: TopicLeaders;
  readonly listener: FetchListener;
  readonly clock: Clock;
}

/** What follows from a partition that a broker does not serve: it is read elsewhere, reset, or waits. */
export class PartitionFailures {
  /**
   * @param leaderSuspected the leader of a partition may have changed
   * @param moved a partition is to be read from another broker
   */
  constructor(
    private readonly parts: PartitionFailuresParts,
    private readonly reset: PositionReset,
    private readonly leaderSuspected: (reading: Reading) => void,
    private readonly moved: () => void,
  ) {}

  /** A broker answered without records: with an error, or with the follower to read from. */
  refused(nodeId: number, reading: Reading, answer: PartitionAnswer): void {
    const { errorCode, preferredReadReplica, currentLeader } = answer;
    const { leaders, clock } = this.parts;
    if (errorCode === 0) {
      reading.replica = { nodeId: preferredReadReplica, until: clock.now() + REPLICA_MS };
      this.moved();
      return;
    }
    if (currentLeader) leaders.learn(reading, currentLeader);
    // A follower may lag behind the leader: its log does not say that the offset is out of range.
    if (reading.replica?.nodeId === nodeId) this.leaveReplica(reading);
    else this.failed(reading, errorName(errorCode));
  }

  /** Reads from the leader, after a follower has failed. */
  leaveReplica(reading: Reading): void {
    reading.replica = undefined;
    reading.leaderOnlyUntil = this.parts.clock.now() + LEADER_ONLY_MS;
    this.moved();
  }

  /** @param error Kafka's name of the leader's error */
  failed(reading: Reading, error: string): void {
    const { topic, partition } = reading;
    const { listener } = this.parts;
    switch (partitionFailureOf(error)) {
      case 'out of range':
        void this.reset.outOfRange(reading);
        return;
      case 'leader':
        this.block(reading, LEADER_RETRY_MS);
        this.leaderSuspected(reading);
        return;
      case 'denied':
        this.block(reading, UNREADABLE_RETRY_MS);
        listener.failed(new BrokerAnswerError(error, 'Fetch', `${topic}[${partition}]`));
        return;
      case 'unreadable':
        this.block(reading, UNREADABLE_RETRY_MS);
        listener.batchUnreadable(
          { topic, partition },
          `${topic}[${partition}]: a broker answers fetches with ${error}; see the broker's log`,
        );
    }
  }

  /** Fetches nothing of a partition for `delayMs`. */
  block(reading: Reading, delayMs: number): void {
    reading.blockedUntil = this.parts.clock.now() + delayMs;
  }
}
