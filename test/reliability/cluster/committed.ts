import type { Kafka } from 'kafkajs-pinned';
import { fromWall, type Micros } from '../clock.js';
import { readLog } from './read-log.js';

/** A commit as stored by the coordinator. */
export interface Commit {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly at: Micros;
}

/**
 * Every commit of a group, in order, from Kafka's internal topic. The format of its records is in
 * Kafka's `group-coordinator/src/main/resources/common/message/OffsetCommit{Key,Value}.json`.
 */
export function commitsOf(kafka: Kafka, groupId: string): Promise<Commit[]> {
  return readLog(kafka, '__consumer_offsets', ({ key, value, timestamp }) => {
    const place = key && placeOf(key);
    if (!place || place.group !== groupId || !value) return undefined;
    const { topic, partition } = place;
    const offset = Number(value.readBigInt64BE(2));
    return { topic, partition, offset, at: fromWall(Number(timestamp)) };
  });
}

/** Keys of versions 0 and 1 belong to commits: group, topic, partition. Others belong to group members. */
function placeOf(key: Buffer): { group: string; topic: string; partition: number } | undefined {
  if (key.readInt16BE(0) > 1) return undefined;
  const groupEnd = 4 + key.readInt16BE(2);
  const topicEnd = groupEnd + 2 + key.readInt16BE(groupEnd);
  return {
    group: key.toString('utf8', 4, groupEnd),
    topic: key.toString('utf8', groupEnd + 2, topicEnd),
    partition: key.readInt32BE(topicEnd),
  };
}
