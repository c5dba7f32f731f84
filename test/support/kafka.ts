import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, IHeaders, RecordMetadata } from 'kafkajs-pinned';
import { useAdmin, useProducer } from './kafka-clients.js';

export { brokers, closeClients } from './kafka-clients.js';

/** A record to write: a text, or all parts of a record. */
export type TestRecord =
  | string
  | {
      readonly key?: string | Buffer | null;
      /** Null makes a tombstone. */
      readonly value: string | Buffer | null;
      readonly headers?: IHeaders;
      readonly partition?: number;
      readonly timestamp?: string;
    };

export interface TopicOptions {
  /** 1 by default. */
  readonly partitions?: number;
  /** Topic settings such as `cleanup.policy`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Offsets by partition. */
export type Offsets = ReadonlyMap<number, bigint>;

/** A name for a topic or a group that no other test uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** Creates a topic and waits for its leaders; returns its name. */
export async function createTopic(
  name: string,
  { partitions = 1, config = {} }: TopicOptions = {},
): Promise<string> {
  const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  await useAdmin((admin) =>
    admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic: name, numPartitions: partitions, configEntries }],
    }),
  );
  // kafkajs's own wait for leaders fails at a broker that does not know the topic yet. And if a leader does not serve
  // its partition yet, a producer would send records again that other leaders have already written.
  await waitFor(async () => (await endOffsets(name)).size === partitions, {
    what: `the leaders of ${name}`,
    everyMs: 20,
  });
  return name;
}

/** Adds partitions to a topic, so that it has `count`, and waits for their leaders. */
export async function addPartitions(name: string, count: number): Promise<void> {
  await useAdmin((admin) => admin.createPartitions({ topicPartitions: [{ topic: name, count }] }));
  await waitFor(async () => (await endOffsets(name)).size === count, { what: `the leaders of ${name}` });
}

/** Deletes a topic. */
export async function deleteTopic(name: string): Promise<void> {
  await useAdmin((admin) => admin.deleteTopics({ topics: [name] }));
}

/** Writes records to a topic; resolves once all in-sync replicas have stored them. */
export async function produce(topic: string, records: readonly TestRecord[]): Promise<RecordMetadata[]> {
  const messages = records.map((record) => (typeof record === 'string' ? { value: record } : { ...record }));
  return useProducer((producer) => producer.send({ topic, messages, acks: -1 }));
}

/** The group's committed offsets, from the broker; partitions without a commit are left out. */
export async function committedOffsets(group: string, topic: string): Promise<Offsets> {
  const answer = await useAdmin((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }));
  const partitions = answer.flatMap((entry) => entry.partitions);
  return new Map(
    partitions
      .map(({ partition, offset }) => [partition, BigInt(offset)] as const)
      .filter(([, offset]) => offset >= 0n),
  );
}

/** The offset that the next record of each partition gets. */
export async function endOffsets(topic: string): Promise<Offsets> {
  const partitions = await useAdmin((admin) => admin.fetchTopicOffsets(topic));
  return new Map(partitions.map(({ partition, high }) => [partition, BigInt(high)]));
}

/** Whether the group has committed all records of the topic. */
export async function isCaughtUp(group: string, topic: string): Promise<boolean> {
  const [committed, ends] = await Promise.all([committedOffsets(group, topic), endOffsets(topic)]);
  return [...ends].every(([partition, end]) => end === 0n || committed.get(partition) === end);
}

/** Runs `work` with the admin client that the test file shares. */
export async function withTestAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  return useAdmin(work);
}

export interface WaitOptions {
  /** 30 s by default. */
  readonly timeoutMs?: number;
  /** Names the awaited condition in the error. */
  readonly what: string;
  /** Interval between two checks; default 50 ms. */
  readonly everyMs?: number;
}

type Truthy<T> = Exclude<T, false | null | undefined | 0 | 0n | ''>;

/**
 * Polls the condition until it yields a truthy value, and returns that value.
 * @throws if it takes too long, with the last error of the condition as the cause
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 30_000, what, everyMs = 50 }: WaitOptions,
): Promise<Truthy<T>> {
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const result = await condition();
      if (isTruthy(result)) return result;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline)
      throw new Error(`After ${timeoutMs} ms still waiting for ${what}.`, { cause });
    await delay(everyMs);
  }
}

function isTruthy<T>(value: T): value is T & Truthy<T> {
  return Boolean(value);
}
