import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs-pinned';
import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { GroupHooks } from '../../consumer/group-hooks.js';
import { rejoinAfterDeletedTopic } from './deleted-topic.js';
import { followCoordinator } from './moved-coordinator.js';
import { findOrphanedPartitions } from './orphaned-partition.js';
import { endPausedSleep } from './paused-fetch.js';
import { endStoppedFetches } from './stopped-fetch.js';
import { surviveUnreachableBroker } from './unreachable-broker.js';

/** Replace kafkajs's own `fetch` and `heartbeat`; set by each test. */
let nativeFetch: () => Promise<Batch[]>;
let nativeHeartbeat: () => Promise<void>;

beforeAll(() => {
  ConsumerGroup.prototype.fetch = () => nativeFetch();
  ConsumerGroup.prototype.heartbeat = () => nativeHeartbeat();
  followCoordinator();
  rejoinAfterDeletedTopic();
  surviveUnreachableBroker();
  endPausedSleep();
  findOrphanedPartitions();
  endStoppedFetches();
});

const unreachable = (): Error =>
  new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED', { broker: 'b:9092', code: 'ECONNREFUSED' });
const protocolError = (type: string): Error => Object.assign(new Error(type), { type });

/** The part of kafkajs's group that a fetch of the partition `orders[0]` needs. */
class Group {
  readonly events: string[] = [];
  stopped = false;
  isPaused = false;
  /** The broker that leads the partition, and the brokers that are fetched from. */
  leader = '1';
  fetchedFrom = ['1'];
  readonly hooks: Partial<GroupHooks> = {
    topicGone: () => this.events.push('topic gone'),
    untilResumed: () => Promise.resolve(void this.events.push('wait')),
    maxWaitMs: () => 7,
  };
  readonly assigners = [{ hooks: this.hooks }];
  readonly groupId = 'group';
  readonly offsetManager = {};
  readonly subscriptionState = {
    active: () => (this.isPaused ? [] : [{ topic: 'orders', partitions: [0] }]),
  };
  readonly cluster = {
    getNodeIds: () => this.fetchedFrom,
    refreshMetadata: () => Promise.resolve(void this.events.push('refresh')),
    findGroupCoordinator: () => Promise.resolve(void this.events.push('find coordinator')),
  };
  lastRequest = Date.now();
  sessionTimeout = 10_000;
  maxWaitTime = 5_000;

  constructor() {
    Object.defineProperty(this.hooks, 'stopped', { get: () => this.stopped });
  }

  findReadReplicaForPartitions(): Record<string, number[]> {
    return { [this.leader]: [0] };
  }

  fetch(): Promise<unknown> {
    return ConsumerGroup.prototype.fetch.call(this as unknown as ConsumerGroup, '1');
  }

  heartbeat(): Promise<void> {
    return ConsumerGroup.prototype.heartbeat.call(this as unknown as ConsumerGroup, { interval: 0 });
  }
}

let group: Group;
beforeEach(() => {
  group = new Group();
  nativeFetch = () => Promise.resolve(void group.events.push('fetch') as unknown as Batch[]);
  nativeHeartbeat = () => Promise.resolve();
});

describe('a fetch', () => {
  it('a fetch from an unreachable broker refreshes the leaders and does not end the consumer', async () => {
    nativeFetch = () => Promise.reject(unreachable());
    await expect(group.fetch()).resolves.toEqual([]);
    expect(group.events).toEqual(['refresh', 'wait']);
  });

  it('a fetch of a deleted topic is reported and does not end the consumer', async () => {
    nativeFetch = () => Promise.reject(protocolError('UNKNOWN_TOPIC_OR_PARTITION'));
    await expect(group.fetch()).resolves.toEqual([]);
    expect(group.events).toEqual(['topic gone', 'wait']);
  });

  it('a fetch that fails for another reason rejects', async () => {
    nativeFetch = () => Promise.reject(protocolError('TOPIC_AUTHORIZATION_FAILED'));
    await expect(group.fetch()).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' });
  });

  it('a fetch is not sent once the consumer stops, and one that the stop interrupts does not reject', async () => {
    nativeFetch = () => {
      group.stopped = true;
      return Promise.reject(unreachable());
    };
    await expect(group.fetch()).resolves.toEqual([]);
    nativeFetch = () => Promise.reject(new Error('a fetch was sent after the stop'));
    await expect(group.fetch()).resolves.toEqual([]);
    expect(group.events).toEqual([]);
  });

  it('a fetch refreshes the leaders if a partition is led by a broker that is not fetched from', async () => {
    group.leader = '2';
    await group.fetch();
    expect(group.events[0]).toBe('refresh');
  });

  it('a fetch does not refresh the leaders if all partitions are led by brokers that are fetched from', async () => {
    await group.fetch();
    expect(group.events).toEqual(['fetch']);
  });

  it('a fetch waits until a partition is resumed if all partitions of the broker are paused', async () => {
    group.isPaused = true;
    await expect(group.fetch()).resolves.toEqual([]);
    expect(group.events).toEqual(['wait']);
  });

  it('a fetch has the maximum wait that the consumer asks for', async () => {
    await group.fetch();
    expect(group.maxWaitTime).toBe(7);
  });
});

describe('a heartbeat', () => {
  it.each([unreachable(), protocolError('NOT_COORDINATOR_FOR_GROUP')])(
    'a heartbeat that does not reach the coordinator looks it up while the session lasts: %s',
    async (error) => {
      nativeHeartbeat = () => Promise.reject(error);
      await expect(group.heartbeat()).resolves.toBeUndefined();
      expect(group.events).toEqual(['find coordinator']);
    },
  );

  it('a heartbeat that does not reach the coordinator rejects after the session has ended', async () => {
    group.lastRequest = Date.now() - 20_000;
    nativeHeartbeat = () => Promise.reject(unreachable());
    await expect(group.heartbeat()).rejects.toThrow('ECONNREFUSED');
  });
});
