import { describe, expect, test } from '@jest/globals';
import { type FetchedBatch, type FetchedRecord, toOffset } from '../../../pipeline/index.js';
import { settled, VirtualClock } from '../../../pipeline/testing/virtual-time.js';
import type { AssignedPartition } from '../membership/assignment.js';
import { LogOffsets } from '../offsets/log-offsets.js';
import { type ResetPolicy, StartPositions } from '../offsets/start-positions.js';
import { ModelBrokers } from '../testing/model-brokers.js';
import { ModelLog } from '../testing/model-log.js';
import { Fetcher } from './fetcher.js';
import { TopicLeaders } from './topic-leaders.js';

const ORDERS = 'a0'.padEnd(32, '0');
const at = (partition: number): AssignedPartition => ({ topic: 'orders', partition, topicId: ORDERS });

interface SceneOptions {
  readonly partitions?: number;
  readonly policy?: ResetPolicy;
  /** The committed offset and its epoch, by partition; -1 for none. */
  readonly committed?: ReadonlyMap<number, readonly [offset: number, epoch: number]>;
  readonly maxRecords?: number;
}

/** A fetcher that reads from brokers in memory and notes what it reports. */
class Scene {
  readonly clock = new VirtualClock();
  readonly logs: readonly ModelLog[];
  readonly brokers: ModelBrokers;
  readonly events: string[] = [];
  readonly fetcher: Fetcher;
  /** The errors of the next answers to OffsetFetch. */
  readonly commitErrors: number[] = [];
  /** How much of a batch is taken. */
  take: (batch: FetchedBatch) => FetchedRecord | 'all' | undefined = () => 'all';

  constructor({
    partitions = 1,
    policy = 'earliest',
    committed = new Map(),
    maxRecords = 100,
  }: SceneOptions = {}) {
    this.logs = Array.from({ length: partitions }, () => new ModelLog());
    this.brokers = new ModelBrokers(this.clock, (message) =>
      message.apiName === 'OffsetFetch' ? this.#committed(committed) : undefined,
    );
    this.brokers.topics.set(ORDERS, { name: 'orders', logs: this.logs });
    const leaders = new TopicLeaders(this.brokers);
    const logOffsets = new LogOffsets(this.brokers, leaders, 1);
    const positions = new StartPositions({
      groupId: 'group',
      member: { identity: { memberId: 'm', memberEpoch: 1 } },
      coordinator: { send: (message, question) => this.brokers.send('any', message, question) },
      logOffsets,
      resetPolicyOf: () => policy,
      clock: this.clock,
    });
    const note = (what: string): void => void this.events.push(what);
    this.fetcher = new Fetcher({
      brokers: this.brokers,
      leaders,
      positions,
      logOffsets,
      clock: this.clock,
      settings: {
        maxWaitMs: 500,
        maxBytes: 1_000_000,
        maxBytesPerPartition: 100_000,
        isolationLevel: 1,
        rackId: 'rack-a',
        maxRecords,
        maxBatchBytes: 1_000_000,
        resetPolicyOf: () => policy,
        noCommittedOffset: (those, why) =>
          new Error(`${why}: ${those.map(({ partition }) => partition).join()}`),
      },
      listener: {
        positionKnown: ({ partition, offset }) => note(`${partition} from ${offset}`),
        roomAvailable: () => undefined,
        fetched: (batch) => {
          note(`${batch.partition} ${batch.records.map(({ value }) => String(value)).join()}`);
          return this.take(batch);
        },
        batchUnreadable: (_, why) => note(`unreadable: ${why}`),
        outOfRange: ({ partition, offset }) => {
          note(`${partition} out of range, now ${offset}`);
          return offset;
        },
        truncated: ({ partition, offset }, readUpTo) => {
          note(`${partition} truncated at ${offset}, was read up to ${readUpTo}`);
          return offset;
        },
        failed: (error) => note(`failed: ${error.message}`),
      },
    });
  }

  get log(): ModelLog {
    const [log] = this.logs;
    if (!log) throw new Error('the scene has no partition');
    return log;
  }

  /** Lets time pass, once everything that was begun waits for it. */
  async pass(ms: number): Promise<void> {
    await this.#settled();
    await this.clock.advance(ms);
  }

  async #settled(): Promise<void> {
    for (let each = 0; each < 5; each++) await settled();
  }

  /** @returns what was reported since the last call */
  async seen(): Promise<string[]> {
    await this.#settled();
    return this.events.splice(0);
  }

  write(partition: number, ...values: readonly string[]): void {
    this.logs[partition]?.append(...values);
    this.brokers.written();
  }

  #committed(committed: NonNullable<SceneOptions['committed']>): { throttleTimeMs: number } {
    const partitions = this.logs.map((_, partition) => {
      const [offset, leaderEpoch] = committed.get(partition) ?? [-1, -1];
      return { partition, offset: BigInt(offset), leaderEpoch, errorCode: this.commitErrors.shift() ?? 0 };
    });
    return { throttleTimeMs: 0, errorCode: 0, topics: [{ topic: 'orders', partitions }] } as never;
  }
}

describe('positions', () => {
  test('a partition is read from its committed offset, and from nothing before', async () => {
    const scene = new Scene({ committed: new Map([[0, [2, 0]]]) });
    scene.log.append('a', 'b', 'c', 'd');
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual(['0 from 2', '0 c,d']);
    scene.write(0, 'e');
    expect(await scene.seen()).toEqual(['0 e']);
  });

  test.each<[ResetPolicy, string[]]>([
    ['earliest', ['0 from 0', '0 a,b']],
    ['latest', ['0 from 2']],
    ['none', ['failed: missing: 0']],
  ])('without a committed offset the policy %s decides', async (policy, expected) => {
    const scene = new Scene({ policy });
    scene.log.append('a', 'b');
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual(expected);
  });

  test('an offset that an open transaction may still commit is waited for', async () => {
    const scene = new Scene({ committed: new Map([[0, [1, 0]]]) });
    scene.log.append('a', 'b');
    scene.commitErrors.push(88, 88);
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual([]);
    await scene.pass(100);
    expect(await scene.seen()).toEqual([]);
    await scene.pass(200);
    expect(await scene.seen()).toEqual(['0 from 1', '0 b']);
  });

  test('only partitions that were just assigned are asked for', async () => {
    const scene = new Scene({
      partitions: 2,
      committed: new Map([
        [0, [0, 0]],
        [1, [0, 0]],
      ]),
    });
    scene.log.append('a');
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual(['0 from 0', '0 a']);
    scene.fetcher.assigned([at(1)]);
    scene.write(1, 'x');
    await scene.pass(500);
    expect(await scene.seen()).toEqual(['1 from 0', '1 x']);
  });

  test('a log that no longer has the offset is read from where the policy says', async () => {
    const scene = new Scene({ committed: new Map([[0, [1, -1]]]) });
    scene.log.append('a', 'b');
    scene.log.append('c', 'd');
    scene.log.deleteBefore(2n);
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual(['0 from 1', '0 out of range, now 2', '0 c,d']);
  });
});

describe('what is handed over', () => {
  test('a batch that is taken in part is continued after the last record that was taken', async () => {
    const scene = new Scene();
    scene.take = ({ records }) => records[0];
    scene.log.append('a', 'b', 'c');
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual(['0 from 0', '0 a,b,c', '0 b,c', '0 c']);
  });

  test('a paused partition is not fetched until it is resumed, and the others are', async () => {
    const scene = new Scene({ partitions: 2 });
    scene.fetcher.assigned([at(0), at(1)]);
    await scene.seen();
    scene.take = (batch) => {
      if (batch.partition === 0) scene.fetcher.pause(batch);
      return batch.partition === 0 ? undefined : 'all';
    };
    scene.write(0, 'a');
    expect(await scene.seen()).toEqual(['0 a']);
    scene.write(1, 'x');
    await scene.pass(2_000);
    expect(await scene.seen()).toEqual(['1 x']);
    scene.take = () => 'all';
    scene.fetcher.resume(at(0));
    await scene.pass(500);
    expect(await scene.seen()).toEqual(['0 a']);
  });

  test('fetches are short while a partition was paused a moment ago', async () => {
    const scene = new Scene({ partitions: 2 });
    scene.fetcher.assigned([at(0), at(1)]);
    await scene.seen();
    scene.fetcher.pause(at(0));
    await scene.pass(500);
    expect(scene.brokers.fetches.at(-1)?.question.maxWaitMs).toBe(500);
    await scene.pass(100);
    scene.fetcher.pause(at(0));
    await scene.pass(400);
    expect(scene.brokers.fetches.at(-1)?.question.maxWaitMs).toBe(20);
  });

  test('nothing of a partition that is about to be given up is fetched or handed over', async () => {
    const scene = new Scene({ partitions: 2 });
    scene.fetcher.assigned([at(0), at(1)]);
    await scene.seen();
    scene.fetcher.ending([at(0)]);
    scene.write(0, 'a');
    scene.write(1, 'x');
    expect(await scene.seen()).toEqual(['1 x']);
    const partitions = scene.brokers.fetches.at(-1)?.question.topics.flatMap((topic) => topic.partitions);
    expect(partitions?.map(({ partition }) => partition)).toEqual([1]);
  });

  test('a partition that returns is read from its committed offset, not from where it was left', async () => {
    const scene = new Scene({ committed: new Map([[0, [1, 0]]]) });
    scene.log.append('a', 'b', 'c');
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual(['0 from 1', '0 b,c']);
    scene.fetcher.ending([at(0)]);
    scene.fetcher.removed([at(0)]);
    scene.fetcher.assigned([at(0)]);
    await scene.pass(500);
    expect(await scene.seen()).toEqual(['0 from 1', '0 b,c']);
  });

  test('partitions that brought records are asked for behind those that did not', async () => {
    const scene = new Scene({ partitions: 3 });
    scene.fetcher.assigned([at(0), at(1), at(2)]);
    await scene.seen();
    scene.write(0, 'a');
    await scene.seen();
    const order = scene.brokers.fetches.at(-1)?.question.topics.flatMap((topic) => topic.partitions);
    expect(order?.map(({ partition }) => partition)).toEqual([1, 2, 0]);
  });

  test('a damaged batch is reported, not skipped, and fetched again after a while', async () => {
    const scene = new Scene();
    scene.log.append('a');
    const bytes = scene.log.batches[0]?.bytes;
    bytes?.writeUInt8(0x58, bytes.length - 2);
    scene.fetcher.assigned([at(0)]);
    const [, why] = await scene.seen();
    expect(why).toContain('orders[0]: the batch at offset 0 cannot be read');
    await scene.pass(9_000);
    expect(await scene.seen()).toEqual([]);
    bytes?.writeUInt8('a'.charCodeAt(0), bytes.length - 2);
    await scene.pass(1_000);
    expect(await scene.seen()).toEqual(['0 a']);
  });
});

describe('brokers', () => {
  test('a broker that does not answer does not hold up the partitions of another one', async () => {
    const scene = new Scene({ partitions: 2 });
    scene.logs[1]?.elect(2);
    scene.brokers.hung.add(2);
    scene.fetcher.assigned([at(0)]);
    await scene.seen();
    scene.fetcher.assigned([at(1)]);
    scene.write(0, 'a');
    await scene.pass(5_000);
    scene.write(0, 'b');
    expect(await scene.seen()).toEqual(['0 a', '0 b']);
  });

  test('a partition is read from its new leader', async () => {
    const scene = new Scene();
    scene.log.append('a');
    scene.fetcher.assigned([at(0)]);
    await scene.seen();
    scene.log.elect(2);
    scene.write(0, 'b');
    await scene.pass(1_000);
    expect(await scene.seen()).toEqual(['0 b']);
    expect(scene.brokers.fetches.at(-1)?.nodeId).toBe(2);
  });

  test('a broker that went down is waited for, and nothing is lost or repeated', async () => {
    const scene = new Scene();
    scene.log.append('a');
    scene.fetcher.assigned([at(0)]);
    await scene.seen();
    scene.brokers.down.add(1);
    scene.write(0, 'b');
    await scene.pass(5_000);
    // The fetch that was on its way was answered.
    expect(await scene.seen()).toEqual(['0 b']);
    scene.log.append('c');
    scene.brokers.down.clear();
    await scene.pass(2_000);
    expect(await scene.seen()).toEqual(['0 c']);
  });

  test('a partition is read from the follower that its leader names, and from the leader if the follower fails', async () => {
    const scene = new Scene();
    scene.log.append('a');
    scene.log.preferredReplica = 3;
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual(['0 from 0', '0 a']);
    expect(scene.brokers.fetches.at(-1)?.nodeId).toBe(3);
    scene.brokers.down.add(3);
    await scene.pass(500);
    scene.write(0, 'b');
    await scene.pass(1_000);
    expect(await scene.seen()).toEqual(['0 b']);
    expect(scene.brokers.fetches.at(-1)?.nodeId).toBe(1);
  });

  test('denied access ends the reading', async () => {
    const scene = new Scene();
    scene.log.errorCode = 29;
    scene.fetcher.assigned([at(0)]);
    expect((await scene.seen())[1]).toContain('TOPIC_AUTHORIZATION_FAILED: orders[0]');
  });

  test('an error without a name is reported, and the partition waits', async () => {
    const scene = new Scene();
    scene.log.errorCode = 2;
    scene.fetcher.assigned([at(0)]);
    expect((await scene.seen())[1]).toContain('a broker answers fetches with CORRUPT_MESSAGE');
    scene.log.errorCode = 0;
    scene.log.append('a');
    await scene.pass(10_000);
    expect(await scene.seen()).toEqual(['0 a']);
  });

  test('a topic that was deleted is not read, and its successor has other records at the same offsets', async () => {
    const scene = new Scene();
    scene.log.append('a');
    scene.fetcher.assigned([at(0)]);
    await scene.seen();
    const successor = new ModelLog();
    successor.append('other', 'records');
    scene.brokers.topics.delete(ORDERS);
    scene.brokers.topics.set('b0', { name: 'orders', logs: [successor] });
    await scene.pass(2_000);
    expect(await scene.seen()).toEqual([]);
    scene.fetcher.removed([at(0)]);
    scene.fetcher.assigned([{ ...at(0), topicId: 'b0' }]);
    await scene.pass(500);
    expect(await scene.seen()).toEqual(['0 from 0', '0 other,records']);
  });
});

describe('a log that was truncated (KIP-320)', () => {
  test('is named, and continued where it differs from what was read', async () => {
    const scene = new Scene();
    scene.log.append('a', 'b');
    scene.write(0, 'c', 'd');
    scene.fetcher.assigned([at(0)]);
    await scene.seen();
    scene.log.elect(2, 2n);
    scene.write(0, 'x', 'y', 'z');
    await scene.pass(1_000);
    expect(await scene.seen()).toEqual(['0 truncated at 2, was read up to 4', '0 x,y,z']);
  });

  test('is noticed at the start too, by the epoch of the committed offset', async () => {
    const scene = new Scene({ committed: new Map([[0, [4, 0]]]) });
    scene.log.append('a', 'b');
    scene.log.elect(1);
    scene.log.append('x', 'y', 'z');
    scene.fetcher.assigned([at(0)]);
    expect(await scene.seen()).toEqual(['0 from 4', '0 truncated at 2, was read up to 4', '0 x,y,z']);
  });

  test('a new leader with the same records changes nothing', async () => {
    const scene = new Scene();
    scene.log.append('a', 'b');
    scene.fetcher.assigned([at(0)]);
    await scene.seen();
    scene.log.elect(2);
    scene.write(0, 'c');
    await scene.pass(1_000);
    expect(await scene.seen()).toEqual(['0 c']);
    expect(scene.brokers.requests).toContain('2 OffsetForLeaderEpoch');
  });

  test('a commit carries the epoch of the record before its offset', async () => {
    const scene = new Scene();
    scene.log.append('a', 'b');
    scene.log.elect(1);
    scene.log.append('c');
    scene.fetcher.assigned([at(0)]);
    await scene.seen();
    const epochOf = (offset: number): number =>
      scene.fetcher.leaderEpochAt({ topic: 'orders', partition: 0, offset: toOffset(offset) });
    expect([1, 2, 3].map(epochOf)).toEqual([0, 0, 1]);
    expect(scene.fetcher.leaderEpochAt({ topic: 'other', partition: 0, offset: toOffset(1) })).toBe(-1);
  });
});

test('after a stop nothing is fetched', async () => {
  const scene = new Scene();
  scene.fetcher.assigned([at(0)]);
  await scene.seen();
  scene.fetcher.stop();
  scene.write(0, 'a');
  await scene.pass(5_000);
  expect(await scene.seen()).toEqual([]);
  expect(scene.brokers.fetches).toHaveLength(1);
});
