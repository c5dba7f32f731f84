import { describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs-pinned';
import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { loadConfig } from '../../../config/index.js';
import { toOffset } from '../../../pipeline/index.js';
import type { ConsumerListener } from '../../kafka-port.js';
import { KafkaJsConsumer } from './consumer.js';

/** The part of kafkajs's group that commits need: each join creates a new offset manager. */
class JoinedGroup {
  readonly commits: string[] = [];
  readonly groupId = 'group';
  readonly memberId = 'member';
  readonly subscriptionState = { assigned: () => [] };
  generationId = 0;
  offsetManager: unknown;

  /** Joins like kafkajs, before it reports the join. */
  join(outcome: () => Promise<void>): void {
    const generation = ++this.generationId;
    this.offsetManager = {
      commitOffsets: ({ topics }: { topics: unknown }) => {
        this.commits.push(`generation ${generation}: ${JSON.stringify(topics)}`);
        return outcome();
      },
    };
  }
}

const listener = { rebalanceEnded: () => undefined } as unknown as ConsumerListener;
const offsets = [
  { topic: 'a', partition: 0, offset: toOffset(5) },
  { topic: 'b', partition: 1, offset: toOffset(7) },
  { topic: 'a', partition: 2, offset: toOffset(9) },
];
const succeeds = (): Promise<void> => Promise.resolve();
const fails = (): Promise<void> => Promise.reject(new Error('no answer'));

function consumer(): KafkaJsConsumer {
  const { kafka: settings } = loadConfig({});
  const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING });
  return new KafkaJsConsumer(kafka, 'group', settings, listener);
}

function joined(member: KafkaJsConsumer, group: JoinedGroup): void {
  member.afterJoin(group as unknown as ConsumerGroup);
}

describe('a commit', () => {
  it('a commit is sent once, with all partitions of a topic together', async () => {
    const [member, group] = [consumer(), new JoinedGroup()];
    group.join(succeeds);
    joined(member, group);
    await member.commit(offsets);
    expect(group.commits).toEqual([
      'generation 1: [{"topic":"a","partitions":[{"partition":0,"offset":"5"},{"partition":2,"offset":"9"}]},' +
        '{"topic":"b","partitions":[{"partition":1,"offset":"7"}]}]',
    ]);
  });

  it('a commit is never repeated by the client, since the partitions may be lost in between', async () => {
    const [member, group] = [consumer(), new JoinedGroup()];
    group.join(fails);
    joined(member, group);
    await expect(member.commit(offsets)).rejects.toThrow('no answer');
    expect(group.commits).toHaveLength(1);
  });

  it('a commit is sent with the generation that the listener knows, not a later one', async () => {
    const [member, group] = [consumer(), new JoinedGroup()];
    group.join(succeeds);
    joined(member, group);
    group.join(succeeds);
    await member.commit(offsets);
    joined(member, group);
    await member.commit(offsets);
    expect(group.commits.map((commit) => commit.slice(0, 12))).toEqual(['generation 1', 'generation 2']);
  });

  it('a commit is rejected before the first join', async () => {
    await expect(consumer().commit(offsets)).rejects.toThrow('has not joined');
  });
});

describe('a client that has not joined yet', () => {
  it('a client that has not joined yet is paused and resumed without an error, since a stop may come while it connects', () => {
    const member = consumer();
    expect(() => {
      member.pause({ topic: 'a', partition: 0 });
      member.resume({ topic: 'a', partition: 0 });
    }).not.toThrow();
  });
});
