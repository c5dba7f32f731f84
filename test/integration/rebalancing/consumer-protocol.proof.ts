import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs-pinned';
import { createConsumerProtocolClient } from '../../../src/client/kafkajs/consumer-protocol/consumer-protocol-client.js';
import type { ConsumerListener, GroupConsumerClient, Membership } from '../../../src/client/index.js';
import { loadConfig } from '../../../src/config/index.js';
import {
  type FetchedBatch,
  type Offset,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../../src/pipeline/index.js';
import { kafkaClient } from '../../../tools/kafka/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { OwnKafka, QUICK_HEARTBEATS } from '../staying-alive/own-kafka.js';

jest.setTimeout(120_000);

const PARTITIONS = 6;
/** Long enough that a retained partition must be read while it lasts. */
const SLOW_DRAIN_MS = 3_000;

let kafka: OwnKafka;
const members: MemberOfGroup[] = [];
beforeAll(async () => {
  kafka = await OwnKafka.start({ properties: QUICK_HEARTBEATS });
}, 120_000);
afterEach(async () => {
  await Promise.all(members.splice(0).map((each) => each.stop()));
});
afterAll(() => kafka.stop());

/** What a member handled, in the order of all members. */
interface Handled extends TopicPartition {
  readonly by: string;
  readonly offset: bigint;
  readonly value: string;
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** A member that handles each record at once, and commits when it gives a partition up. */
class MemberOfGroup implements ConsumerListener {
  readonly #client: GroupConsumerClient;
  /** The next offset of each partition that it reads. */
  readonly #next = new Map<string, TopicPartitionOffset>();
  /** How often it was told where to read a partition from. */
  readonly positioned = new Map<string, number>();
  assignment: readonly TopicPartition[] = [];
  readonly lostPartitions: string[] = [];
  readonly problems: string[] = [];
  drainMs = 0;
  /** The partitions handled while others were drained. */
  readonly handledDuringDrain = new Set<string>();
  #draining = 0;
  #isStopping = false;

  constructor(
    readonly name: string,
    group: string,
    private readonly handled: Handled[],
  ) {
    const { kafka: config } = loadConfig({ KAFKA_BROKERS: kafka.bootstrap, KAFKA_CLIENT_ID: name });
    const client = new kafkajs.Kafka({
      clientId: name,
      brokers: kafka.bootstrap.split(','),
      logLevel: kafkajs.logLevel.NOTHING,
    });
    this.#client = createConsumerProtocolClient(client, group, config, this);
    void this.#client.crashed.then((error) => this.problems.push(error.message));
    members.push(this);
  }

  async start(topic: string): Promise<void> {
    await this.#client.connect();
    await this.#client.start([topic]);
  }

  async stop(): Promise<boolean> {
    if (this.#isStopping) return true;
    this.#isStopping = true;
    await this.#client.commit([...this.#next.values()]);
    return this.#client.stop();
  }

  isRetryTopic(): boolean {
    return false;
  }

  async revoking(partitions: readonly TopicPartition[]): Promise<void> {
    this.#draining++;
    await new Promise((resolve) => setTimeout(resolve, this.drainMs));
    this.#draining--;
    const offsets = partitions.flatMap((each) => this.#next.get(nameOf(each)) ?? []);
    await this.#client.commit(offsets);
    for (const each of partitions) this.#next.delete(nameOf(each));
  }

  lost(partitions: readonly TopicPartition[]): void {
    this.lostPartitions.push(...partitions.map(nameOf));
    for (const each of partitions) this.#next.delete(nameOf(each));
  }

  rebalanceEnded({ assignment }: Membership): void {
    this.assignment = assignment;
  }

  positionKnown(position: TopicPartitionOffset): void {
    const name = nameOf(position);
    this.positioned.set(name, (this.positioned.get(name) ?? 0) + 1);
    this.#next.set(name, position);
  }

  outOfRange({ offset }: TopicPartitionOffset): Offset {
    this.problems.push('out of range');
    return offset;
  }

  roomAvailable(): undefined {
    return undefined;
  }

  fetched(batch: FetchedBatch): 'all' | undefined {
    if (this.#isStopping) return undefined;
    const { topic, partition, records, next } = batch;
    for (const { offset, value } of records)
      this.handled.push({ by: this.name, topic, partition, offset: BigInt(offset), value: String(value) });
    this.#next.set(nameOf(batch), { topic, partition, offset: next });
    if (this.#draining > 0 && records.length > 0) this.handledDuringDrain.add(nameOf(batch));
    return 'all';
  }

  skipped(): void {
    // Only brokers before Kafka 2.3 cause it.
  }

  batchUnreadable(_: TopicPartition, why: string): void {
    this.problems.push(why);
  }

  heartbeat(): void {
    // The test waits for assignments.
  }
}

/** Writes a record to each partition in turn until it is stopped. @returns the values written to each partition */
function writeInto(topic: string): () => Promise<ReadonlyMap<number, readonly string[]>> {
  const written = new Map<number, string[]>();
  const over = new AbortController();
  const writing = (async () => {
    const producer = kafkaClient(kafka.bootstrap).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    for (let count = 0; !over.signal.aborted; count++) {
      const messages = Array.from({ length: PARTITIONS }, (_, partition) => ({
        partition,
        value: `${count}`,
      }));
      await producer.send({ topic, messages, acks: -1 });
      for (const { partition, value } of messages)
        written.set(partition, [...(written.get(partition) ?? []), value]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await producer.disconnect();
  })();
  return async () => {
    over.abort();
    await writing;
    return written;
  };
}

const sizes = (...those: readonly MemberOfGroup[]): number[] =>
  those.map(({ assignment }) => assignment.length).toSorted((a, b) => a - b);

test('from one member to three and back no record is lost, repeated or overtaken, and retained partitions are read on', async () => {
  const topic = await kafka.createTopic('moving', PARTITIONS);
  const group = uniqueName('group');
  const handled: Handled[] = [];
  const stopWriting = writeInto(topic);
  const first = new MemberOfGroup('first', group, handled);
  await first.start(topic);
  await waitFor(async () => first.positioned.size === PARTITIONS, { what: 'the first assignment' });

  first.drainMs = SLOW_DRAIN_MS;
  const others = ['second', 'third'].map((name) => new MemberOfGroup(name, group, handled));
  await Promise.all(others.map((each) => each.start(topic)));
  await waitFor(async () => sizes(first, ...others).join() === '2,2,2', {
    what: 'two partitions for each member',
    timeoutMs: 60_000,
  });
  const retained = first.assignment.map(nameOf);
  expect(retained).toHaveLength(2);
  expect(retained.filter((each) => first.handledDuringDrain.has(each))).toEqual(retained);
  for (const each of others) expect(await each.stop()).toBe(true);
  await waitFor(async () => first.assignment.length === PARTITIONS, {
    what: 'all partitions for the last member',
    timeoutMs: 60_000,
  });
  const written = await stopWriting();
  const total = [...written.values()].reduce((sum, { length }) => sum + length, 0);
  await waitFor(async () => handled.length >= total, { what: 'all records' });

  for (const [partition, values] of written) {
    const those = handled.filter((each) => each.partition === partition);
    expect(those.map(({ value }) => value)).toEqual(values);
    expect(those.map(({ offset }) => offset)).toEqual(values.map((_, offset) => BigInt(offset)));
  }
  expect(retained.map((each) => first.positioned.get(each))).toEqual([1, 1]);
  expect(members.flatMap(({ lostPartitions, problems }) => [...lostPartitions, ...problems])).toEqual([]);
  expect(await first.stop()).toBe(true);
});

test('a member that is stopped leaves its offsets, and the next one continues there', async () => {
  const topic = await kafka.createTopic('continuing', 1);
  const group = uniqueName('group');
  const handled: Handled[] = [];
  await kafka.produce(topic, ['a', 'b', 'c']);
  const first = new MemberOfGroup('first', group, handled);
  await first.start(topic);
  await waitFor(async () => handled.length === 3, { what: 'the first records' });
  expect(await first.stop()).toBe(true);
  expect(await kafka.committed(group, topic)).toEqual(3n);
  await kafka.produce(topic, ['d']);
  const second = new MemberOfGroup('second', group, handled);
  await second.start(topic);
  await waitFor(async () => handled.length === 4, { what: 'the last record' });
  expect(handled.map(({ by, value }) => `${by} ${value}`)).toEqual([
    'first a',
    'first b',
    'first c',
    'second d',
  ]);
});

test('a topic that is recreated while it is read is another topic: it is read from its beginning', async () => {
  const topic = await kafka.createTopic('recreated', 1);
  const handled: Handled[] = [];
  await kafka.produce(topic, ['old a', 'old b', 'old c']);
  const member = new MemberOfGroup('member', uniqueName('group'), handled);
  await member.start(topic);
  await waitFor(async () => handled.length === 3, { what: 'the records of the old topic' });
  const admin = kafkaClient(kafka.bootstrap).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await waitFor(async () => member.assignment.length === 0, { what: 'the old topic to be given up' });
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
  await kafka.produce(topic, ['new a']);
  await waitFor(async () => handled.length === 4, { what: 'the record of the new topic', timeoutMs: 30_000 });
  expect(handled.at(-1)).toMatchObject({ offset: 0n, value: 'new a' });
  expect(member.problems).toEqual([]);
});
