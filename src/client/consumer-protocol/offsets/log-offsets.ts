import type { Brokers } from '../brokers.js';
import type { TopicLeaders } from '../fetch/topic-leaders.js';
import type { AssignedPartition } from '../membership/assignment.js';
import { EARLIEST, LATEST, listOffsets } from '../messages/list-offsets.js';
import type { LogPosition } from './log-position.js';

/** The first or the last offset of a log. */
export type LogEnd = 'earliest' | 'latest';

/** Asks leaders for the first or last offsets of logs. */
export class LogOffsets {
  constructor(
    private readonly brokers: Brokers,
    private readonly leaders: TopicLeaders,
    private readonly isolationLevel: number,
  ) {}

  /**
   * Looks up offsets with one request to each leader.
   * @returns those that are known; a partition whose leader is away or has moved is left out
   */
  async find(
    partitions: readonly AssignedPartition[],
    endOf: (partition: AssignedPartition) => LogEnd,
  ): Promise<ReadonlyMap<AssignedPartition, LogPosition>> {
    if (partitions.length === 0) return new Map();
    await this.leaders.know(partitions.map(({ topicId }) => topicId));
    const byLeader = Map.groupBy(partitions, (each) => this.leaders.leaderOf(each)?.leaderId ?? -1);
    const found = new Map<AssignedPartition, LogPosition>();
    await Promise.all(
      [...byLeader].map(async ([leaderId, those]) => {
        const listed =
          leaderId < 0 ? undefined : await this.#ask(leaderId, those, endOf).catch(() => undefined);
        for (const each of those) {
          const position = listed?.get(`${each.topic}/${each.partition}`);
          if (position) found.set(each, position);
          else this.leaders.suspect(each.topicId);
        }
      }),
    );
    return found;
  }

  async #ask(
    leaderId: number,
    partitions: readonly AssignedPartition[],
    endOf: (partition: AssignedPartition) => LogEnd,
  ): Promise<ReadonlyMap<string, LogPosition>> {
    const topics = Array.from(
      Map.groupBy(partitions, ({ topic }) => topic),
      ([topic, those]) => ({
        topic,
        partitions: those.map((each) => ({
          partition: each.partition,
          currentLeaderEpoch: this.leaders.leaderOf(each)?.leaderEpoch ?? -1,
          timestamp: endOf(each) === 'latest' ? LATEST : EARLIEST,
        })),
      }),
    );
    const { isolationLevel } = this;
    const answer = await this.brokers.send(leaderId, listOffsets, { isolationLevel, topics });
    const positions = new Map<string, LogPosition>();
    for (const { topic, partitions: those } of answer.topics) {
      for (const { partition, errorCode, offset, leaderEpoch } of those) {
        if (errorCode === 0 && offset >= 0n) positions.set(`${topic}/${partition}`, { offset, leaderEpoch });
      }
    }
    return positions;
  }
}
