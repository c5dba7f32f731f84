import { setTimeout as sleep } from 'node:timers/promises';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import type Batch from 'kafkajs/src/consumer/batch.js';
import {
  type FetchedRecord,
  type Offset,
  toOffset,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../../pipeline/index.js';
import { followCoordinator } from '../consumer/coordinator.js';
import { isUnknownTopic, isUnreachable, NoCommittedOffsetError } from '../errors.js';
import { fetchOrderOf, keepFetchOrder } from './fetch-order.js';
import { askForLeaders, knowLeaders } from './leaders.js';
import { recordsOf, unpackedBatch } from '../decoding/packed-messages.js';
import { type UnreadableBatchError, unreadableOf } from '../decoding/unreadable.js';
import { onceAProcess } from './once-a-process.js';

/**
 * What kafkajs has no public place for, and a consumer that loses nothing needs:
 * - a word before a rejoin, while commits still count;
 * - the member's generation, to tell a partition it kept from one that somebody else had meanwhile;
 * - the offset that a partition is read from, before its first record;
 * - a coordinator that is looked for when it has moved, and leaders that are asked for when none is known;
 * - an end to the sleep of a fetch loop whose partitions are all paused, once one of them is not;
 * - a say in what happens when there is no offset to read from.
 */
export interface GroupHooks {
  beforeJoin(group: ConsumerGroup): Promise<void>;
  afterJoin(group: ConsumerGroup): void;
  positioned(position: TopicPartitionOffset): void;
  /**
   * The log does not have the offset that a partition was to be read from, and the reset policy says this one.
   * @returns the one to go on at
   */
  outOfRange(position: TopicPartitionOffset): Offset;
  /** A partition has come to a batch that can't be read; nothing of it is handed on. */
  unreadable(error: UnreadableBatchError): void;
  /** Brokers say that a topic which is subscribed to does not exist any more. */
  topicGone(): void;
  /** Resolves when a partition was resumed, or after `maxWaitMs`. */
  untilResumed(maxWaitMs: number): Promise<void>;
  /** How long the broker may hold the next fetch back for want of records, in ms. */
  maxWaitMs(): number;
  /** What the member had as of its last join, for the group's leader to leave it as much of it as it can. */
  claim(): { readonly generation: number; readonly assignment: readonly TopicPartition[] };
  /** Whether a partition of the topic without a committed offset is an error. */
  requiresCommittedOffset(topic: string): boolean;
  /** Whether the member is to leave its group, or is no member any more. */
  readonly stopped: boolean;
}

/** A partition assigner that carries the hooks of its consumer to the group that kafkajs builds around it. */
export interface HookCarrier {
  readonly hooks: GroupHooks;
}

/** Where a group's partitions are read from, being asked for or known, as of a generation. */
interface Positions {
  readonly generation: number;
  readonly known: Promise<void>;
}

const positions = new WeakMap<ConsumerGroup, Positions>();
const joining = new WeakMap<ConsumerGroup, Promise<void>>();
/**
 * Groups whose member has given up what it had for a join that has not succeeded yet. kafkajs tries a join again only
 * where the coordinator says no to a heartbeat, and that may not come: it may not know of the join that failed, have
 * taken it for one that succeeded, or not be asked at all.
 */
const owing = new WeakSet<ConsumerGroup>();
const fetches = new WeakMap<object, Fetch>();

/** What kafkajs does not tell of a batch. */
export interface Fetch {
  /** The generation of the group in which it was fetched. */
  readonly generation: number;
  /** The offset that was asked for. */
  readonly from: Offset;
  readonly records: readonly FetchedRecord[];
}

/** The fetch that a batch is of. */
export function fetchOf(batch: object): Fetch | undefined {
  return fetches.get(batch);
}

/** Before a fetch that failed is tried again, in ms. */
const FAILED_RETRY_MS = 500;
/** Before a fetch loop looks again whether it is to end, in ms. */
const STOPPED_MS = 10;

/** Puts the hooks into kafkajs, once a process. Groups without hooks behave as before. */
export const installGroupHooks = onceAProcess(() => {
  keepFetchOrder();
  const { prototype } = ConsumerGroup;
  const { joinAndSync, fetch, heartbeat, recoverFromOffsetOutOfRange } = prototype;

  prototype.joinAndSync = function (this: ConsumerGroup): Promise<void> {
    const hooks = hooksOf(this);
    if (!hooks) return joinAndSync.call(this);
    // Each broker's fetch loop may ask for it at the same time; a member joins once.
    const underWay = joining.get(this);
    if (underWay) return underWay;
    const join = (async () => {
      if (!owing.has(this) || !this.memberId) await hooks.beforeJoin(this);
      if (hooks.stopped) throw new Error('the group is not joined, as the consumer stops');
      owing.add(this);
      await joinAndSync.call(this).catch((error: unknown) => {
        if (isUnknownTopic(error)) hooks.topicGone();
        throw error;
      });
      owing.delete(this);
      hooks.afterJoin(this);
    })().finally(() => joining.delete(this));
    joining.set(this, join);
    return join;
  };

  prototype.heartbeat = function (this: ConsumerGroup, options: { interval: number }): Promise<void> {
    const beat = (): Promise<void> => heartbeat.call(this, options);
    return hooksOf(this) ? followCoordinator(this, beat) : beat();
  };

  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    const hooks = hooksOf(this);
    if (!hooks) return (await fetch.call(this, nodeId)).map(unpackedBatch);
    await joining.get(this);
    if (hooks.stopped) {
      await sleep(STOPPED_MS);
      return [];
    }
    if (owing.has(this)) {
      await this.joinAndSync();
      return [];
    }
    const generation = this.generationId;
    await position(this, hooks);
    await knowLeaders(this);
    if (!readsFrom(this, nodeId)) {
      await hooks.untilResumed(hooks.maxWaitMs());
      if (!readsFrom(this, nodeId)) return [];
    }
    this.maxWaitTime = hooks.maxWaitMs();
    const batches = await fetch.call(this, nodeId).catch(async (error: unknown) => {
      if (hooks.stopped) return [];
      // kafkajs would ask for a topic that was deleted again and again, and for no other meanwhile.
      if (isUnknownTopic(error)) hooks.topicGone();
      // That this broker is away is no reason to give up the others, and with them the membership.
      else if (isUnreachable(error)) await askForLeaders(this);
      else throw error;
      await hooks.untilResumed(FAILED_RETRY_MS);
      return [];
    });
    if (this.generationId !== generation) return [];
    fetchOrderOf(this, generation).answered(batches);
    const readable = batches.filter((batch) => {
      const unreadable = unreadableOf(batch.rawMessages);
      if (unreadable) hooks.unreadable(unreadable);
      return !unreadable;
    });
    for (const batch of readable) {
      fetches.set(batch, { generation, from: toOffset(batch.fetchedOffset), records: recordsOf(batch) });
    }
    return readable;
  };

  prototype.recoverFromOffsetOutOfRange = async function (
    this: ConsumerGroup,
    error: Error & TopicPartition,
  ): Promise<void> {
    const hooks = hooksOf(this);
    if (!hooks) return recoverFromOffsetOutOfRange.call(this, error);
    if (hooks.requiresCommittedOffset(error.topic))
      throw new NoCommittedOffsetError(this.groupId, [error], 'out of range');
    await reset(this, hooks, error);
  };
});

/** Whether a join is under way. */
export function isJoining(group: ConsumerGroup): boolean {
  return joining.has(group);
}

function hooksOf(group: ConsumerGroup): GroupHooks | undefined {
  const carrier = group.assigners.find((assigner): assigner is HookCarrier => 'hooks' in assigner);
  return carrier?.hooks;
}

/**
 * Learns where the member's partitions will be read from: once in each generation, though each broker's fetch loop
 * needs to know. A second answer would be written over what was committed since the first, and over an end of the log
 * from which records are on their way by then.
 */
function position(group: ConsumerGroup, hooks: GroupHooks): Promise<void> {
  const { generationId: generation } = group;
  const last = positions.get(group);
  if (last?.generation === generation) return last.known;
  const known = findPositions(group, hooks, generation);
  positions.set(group, { generation, known });
  known.catch(() => {
    if (positions.get(group)?.known === known) positions.delete(group);
  });
  return known;
}

async function findPositions(group: ConsumerGroup, hooks: GroupHooks, generation: number): Promise<void> {
  await requireCommittedOffsets(group, hooks);
  await group.offsetManager.resolveOffsets();
  if (group.generationId !== generation) return;
  for (const { topic, partition } of assigned(group)) {
    const offset = group.offsetManager.committedOffsets()[topic]?.[partition];
    if (offset != null) hooks.positioned({ topic, partition, offset: toOffset(offset) });
  }
}

async function requireCommittedOffsets(group: ConsumerGroup, hooks: GroupHooks): Promise<void> {
  const topics = group.subscriptionState
    .assigned()
    .filter(({ topic }) => hooks.requiresCommittedOffset(topic))
    .map(({ topic, partitions }) => ({ topic, partitions: partitions.map((partition) => ({ partition })) }));
  if (topics.length === 0) return;
  const coordinator = await group.offsetManager.getCoordinator();
  const { responses } = await coordinator.offsetFetch({ groupId: group.groupId, topics });
  const missing = responses.flatMap(({ topic, partitions }) =>
    partitions.filter(({ offset }) => Number(offset) < 0).map(({ partition }) => ({ topic, partition })),
  );
  if (missing.length > 0) throw new NoCommittedOffsetError(group.groupId, missing, 'missing');
}

/** Goes on at the topic's first or last offset, as configured, instead of committing a placeholder. */
async function reset(group: ConsumerGroup, hooks: GroupHooks, at: TopicPartition): Promise<void> {
  const { topic, partition } = at;
  const { generationId: generation } = group;
  const { fromBeginning = false } = group.topicConfigurations[topic] ?? {};
  const [answer] = await group.cluster.fetchTopicsOffset([
    { topic, partitions: [{ partition }], fromBeginning },
  ]);
  const offset = answer?.partitions[0]?.offset;
  if (offset === undefined || group.generationId !== generation || joining.has(group)) return;
  const isAssigned = assigned(group).some((each) => each.topic === topic && each.partition === partition);
  if (!isAssigned) return;
  const from = hooks.outOfRange({ topic, partition, offset: toOffset(offset) });
  const { resolvedOffsets } = group.offsetManager;
  const committed = group.offsetManager.committedOffsets();
  (resolvedOffsets[topic] ??= {})[partition] = from;
  (committed[topic] ??= {})[partition] = from;
}

function assigned(group: ConsumerGroup): TopicPartition[] {
  return group.subscriptionState
    .assigned()
    .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}

/** Whether any partition that is not paused is to be fetched from that broker. */
function readsFrom(group: ConsumerGroup, nodeId: string): boolean {
  return group.subscriptionState.active().some(({ topic, partitions }) => {
    const read = group.findReadReplicaForPartitions(topic, partitions)[nodeId];
    return read !== undefined && read.length > 0;
  });
}
