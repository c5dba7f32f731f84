import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs-pinned';
import Broker from 'kafkajs-pinned/src/broker/index.js';
import ConsumerGroup, { type PreferredReadReplica } from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import type { TopicPartitionOffset } from '../../../../pipeline/index.js';
import type { GroupHooks } from '../../consumer/group-hooks.js';
import { resetOutOfRange } from './offset-out-of-range.js';
import { leaveReadReplicas } from './read-replica.js';

const LEADER = 1;
const FOLLOWER = 2;

/** A broker's answers to fetches; set by each test. */
let answers: (nodeId: number) => FetchResponse;

beforeAll(() => {
  Broker.prototype.fetch = function (this: Broker) {
    return Promise.resolve().then(() => answers(Number(this.nodeId)));
  };
  resetOutOfRange();
  leaveReadReplicas();
});

function response(preferredReadReplica: number): FetchResponse {
  const partition = {
    partition: 0,
    errorCode: 0,
    highWatermark: '7',
    lastStableOffset: '7',
    lastStartOffset: '0',
    abortedTransactions: [],
    preferredReadReplica,
    messages: [],
  };
  const responses = [{ topicName: 'orders', partitions: [partition] }];
  return { throttleTime: 0, clientSideThrottleTime: 0, errorCode: 0, sessionId: 0, responses };
}

function outOfRange(): never {
  const error = Object.assign(new Error('not in the log'), { type: 'OFFSET_OUT_OF_RANGE' });
  throw new kafkajs.KafkaJSOffsetOutOfRange(error, { topic: 'orders', partition: 0 });
}

const protocolError = (type: string): Error => Object.assign(new Error(type), { type });

/** kafkajs's own group, with the partition `orders[0]` at offset 5, on two brokers. */
class Group {
  readonly fetched: number[] = [];
  readonly resets: TopicPartitionOffset[] = [];
  wakeUps = 0;
  refreshes = 0;
  rejoins = 0;
  leader = LEADER;
  nodeIds: readonly number[] = [LEADER, FOLLOWER];
  offlineReplicas: number[] = [];
  /** Called when the leaders are refreshed. */
  onRefresh: () => void = () => undefined;
  readonly group: ConsumerGroup;

  constructor() {
    const silent = { info: () => undefined, debug: () => undefined };
    const hooks: Partial<GroupHooks> = {
      stopped: false,
      requiresCommittedOffset: () => false,
      readReplicaChanged: () => void this.wakeUps++,
      untilResumed: () => Promise.resolve(),
      outOfRange: (position) => (this.resets.push(position), position.offset),
    };
    this.group = new ConsumerGroup({
      logger: { namespace: () => silent },
      assigners: [{ hooks }],
      metadataMaxAge: 60_000,
      topicConfigurations: { orders: { fromBeginning: true } },
      cluster: {
        getNodeIds: () => this.nodeIds,
        refreshMetadataIfNecessary: () => Promise.resolve(),
        refreshMetadata: () => {
          this.refreshes++;
          this.onRefresh();
          return Promise.resolve();
        },
        findTopicPartitionMetadata: () => [
          { partitionId: 0, leader: this.leader, offlineReplicas: this.offlineReplicas },
        ],
        findBroker: ({ nodeId }: { nodeId: number }) => {
          this.fetched.push(nodeId);
          return Promise.resolve({
            fetch: () => Broker.prototype.fetch.call({ nodeId } as Broker, { topics: [] }),
          });
        },
        fetchTopicsOffset: () =>
          Promise.resolve([{ topic: 'orders', partitions: [{ partition: 0, offset: '0' }] }]),
      },
    });
    this.group.joinAndSync = () => Promise.resolve(void this.rejoins++);
    this.group.generationId = 1;
    this.group.subscriptionState.assign([{ topic: 'orders', partitions: [0] }]);
    const offsets = { orders: { 0: '5' } };
    const offsetManager: unknown = {
      resolvedOffsets: { orders: {} },
      committedOffsets: () => offsets,
      resolveOffsets: () => Promise.resolve(),
      nextOffset: () => '5',
    };
    this.group.offsetManager = offsetManager as ConsumerGroup['offsetManager'];
  }

  /** Every broker's fetch loop, once. */
  async fetchAll(): Promise<void> {
    for (const nodeId of this.nodeIds) {
      const read = this.group.findReadReplicaForPartitions('orders', [0])[nodeId];
      if (read) await this.group.fetch(nodeId as unknown as string);
    }
  }

  get preferred(): PreferredReadReplica | undefined {
    return this.group.preferredReadReplicasPerTopicPartition['orders']?.[0];
  }
}

let group: Group;
beforeEach(async () => {
  group = new Group();
  answers = (nodeId) => response(nodeId === LEADER ? FOLLOWER : -1);
  await group.fetchAll();
});

describe('a read replica', () => {
  it('a read replica wakes up the fetch loops once when the leader names it', async () => {
    expect(group.fetched).toEqual([LEADER, FOLLOWER]);
    expect(group.wakeUps).toBe(1);
    await group.fetchAll();
    expect(group.fetched).toEqual([LEADER, FOLLOWER, FOLLOWER]);
    expect(group.wakeUps).toBe(1);
  });

  it('a read replica that does not have the offset is left for the leader, and the offset is not reset', async () => {
    answers = (nodeId) => (nodeId === FOLLOWER ? outOfRange() : response(-1));
    await group.fetchAll();
    await group.fetchAll();
    expect(group.fetched).toEqual([LEADER, FOLLOWER, FOLLOWER, LEADER]);
    expect(group.resets).toEqual([]);
    expect(group.rejoins).toBe(0);
    expect(group.wakeUps).toBe(2);
  });

  it('the offset is reset once the leader does not have it either', async () => {
    answers = outOfRange;
    await group.fetchAll();
    expect(group.resets).toEqual([]);
    await group.fetchAll();
    expect(group.fetched.slice(2)).toEqual([FOLLOWER, LEADER]);
    expect(group.resets).toEqual([{ topic: 'orders', partition: 0, offset: '0' }]);
  });

  it('a read replica that no longer has the partition is left for the leader without a rejoin', async () => {
    answers = (nodeId) => {
      if (nodeId === FOLLOWER) throw protocolError('NOT_LEADER_FOR_PARTITION');
      return response(-1);
    };
    await group.fetchAll();
    await group.fetchAll();
    expect(group.fetched.slice(2)).toEqual([FOLLOWER, LEADER]);
    expect(group).toMatchObject({ rejoins: 0, refreshes: 1 });
  });

  it('a read replica that cannot be reached is left for the leader', async () => {
    answers = (nodeId) => {
      if (nodeId === LEADER) return response(-1);
      throw new kafkajs.KafkaJSConnectionError('refused', { broker: 'b:1', code: 'ECONNREFUSED' });
    };
    await expect(group.fetchAll()).rejects.toThrow('refused');
    await group.fetchAll();
    expect(group.fetched.slice(2)).toEqual([FOLLOWER, LEADER]);
  });

  it.each<[string, () => void]>([
    ['is offline', () => (group.offlineReplicas = [FOLLOWER])],
    ['is on a broker that is gone', () => (group.nodeIds = [LEADER])],
  ])('a read replica that %s is not fetched from', async (_, happen) => {
    happen();
    await group.fetchAll();
    expect(group.fetched.slice(2)).toEqual([LEADER]);
  });
});

describe('an answer that the log does not have the offset', () => {
  it('the answer of a broker that has ceased to lead the partition does not reset the offset', async () => {
    group = new Group();
    answers = (nodeId) => (nodeId === LEADER ? outOfRange() : response(-1));
    group.onRefresh = () => (group.leader = FOLLOWER);
    await group.fetchAll();
    expect(group.resets).toEqual([]);
    expect(group.fetched).toEqual([LEADER, FOLLOWER]);
  });
});
