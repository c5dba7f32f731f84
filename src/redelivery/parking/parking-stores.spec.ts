import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../pipeline/testing/virtual-time.js';
import { type FetchedRecord, toOffset } from '../../pipeline/index.js';
import { toReleaseRequest } from './parked-entry.js';
import { OwnTopics } from '../own-topics.js';
import { ParkingStores } from './parking-stores.js';
import type { TopicParkingStore } from './topic-parking-store.js';
import { ParkingTopics } from './testing/parking-topics.js';

const SOURCE = { topic: 'ledger', partition: 0 };
const PARKING_TOPIC = 'ledger.g.parked';

function record(offset: number, key: string, value = `v${offset}`): FetchedRecord {
  const [keyBytes, valueBytes] = [Buffer.from(key), Buffer.from(value)];
  return { offset: toOffset(offset), key: keyBytes, value: valueBytes, timestamp: '0', headers: {} };
}

/** Consecutive owners of `ledger` in a group, each in its own process. */
class Owners {
  readonly topics = new ParkingTopics();
  readonly clock = new VirtualClock();
  #generation = 0;

  /** @param confirm rejects if the member has lost the partition */
  async next(
    position: number,
    generation = ++this.#generation,
    confirm = async (): Promise<void> => undefined,
  ): Promise<Owner> {
    const stores = new ParkingStores(
      this.topics,
      { reader: () => this.topics },
      new OwnTopics({ ensureTopic: async () => ({ partitions: 1, problems: [], corrected: [] }) }),
      this.clock,
    );
    const store = stores.open(SOURCE, 'g');
    const parked = await store.load({ position: toOffset(position), generation, confirm });
    return {
      store,
      parked: parked.map(({ offset }) => Number(offset)),
      park: (of) => store.park(failed(of)),
    };
  }

  /** The values that remain in the parking topic after compaction. */
  get kept(): string[] {
    this.topics.compact(PARKING_TOPIC);
    return this.topics
      .topic(PARKING_TOPIC)
      .records.filter(({ key, value }) => String(key).startsWith('record:') && value !== null)
      .map(({ value }) => String(value));
  }

  /** Appends records to the source topic. */
  write(...records: FetchedRecord[]): void {
    this.topics.topic('ledger').records.push(...records);
  }
}

interface Owner {
  readonly store: TopicParkingStore;
  readonly parked: readonly number[];
  park(record: FetchedRecord): Promise<void>;
}

function failed(of: FetchedRecord) {
  return { at: SOURCE, record: of, error: new Error('no'), attempts: 1, firstFailedAt: 1 };
}

describe('a record that was parked and committed', () => {
  test.each<[string, number, (topics: ParkingTopics) => void]>([
    ['the topic was deleted and recreated', 0, (topics) => topics.recreate('ledger')],
    [
      'its log was truncated by an unclean election',
      95,
      (topics) => topics.topic('ledger').records.splice(0, 1, record(94, 'b')),
    ],
    [
      'another record is at its offset in a truncated log',
      95,
      (topics) => topics.topic('ledger').records.splice(0, 1, record(100, 'b')),
    ],
    [
      'the topic was recreated and has an equal record at its offset',
      0,
      (topics) => {
        topics.recreate('ledger');
        topics.topic('ledger').records.push(record(100, 'a-17'));
      },
    ],
    [
      "the group's offsets were reset and retention has deleted the record",
      50,
      (topics) => (topics.topic('ledger').start = toOffset(101)),
    ],
  ])('a parked and committed record is kept and can be released if %s', async (_what, position, happens) => {
    const owners = new Owners();
    owners.write(record(100, 'a-17'));
    const first = await owners.next(90);
    await first.park(record(100, 'a-17'));
    happens(owners.topics);
    const next = await owners.next(position);
    expect(next.parked).toEqual([100]);
    expect(owners.kept).toEqual(['v100']);
    const again = { position: toOffset(position), generation: 2, confirm: async () => undefined };
    const [parked] = await next.store.load(again);
    expect(parked && String((await next.store.read(parked))?.value)).toBe('v100');
  });

  test('a parked record is removed if it will be delivered again from its log', async () => {
    const owners = new Owners();
    owners.write(record(100, 'a-17'));
    await (await owners.next(90)).park(record(100, 'a-17'));
    expect((await owners.next(100)).parked).toEqual([]);
    expect(owners.kept).toEqual([]);
  });

  test('a parked record comes before records of its key that were parked from a later log', async () => {
    const owners = new Owners();
    await (await owners.next(90)).park(record(100, 'a-17'));
    await (await owners.next(95)).park(record(96, 'a-17'));
    await (await owners.next(97)).park(record(100, 'a-17', 'another'));
    expect((await owners.next(101)).parked).toEqual([100, 96, 100]);
    expect(owners.kept).toEqual(['v100', 'v96', 'another']);
  });
});

describe('a record that a former owner parks late', () => {
  test('a record that a former owner parks late counts for no later owner, for any offsets that they have committed', async () => {
    const owners = new Owners();
    const a = await owners.next(100);
    // A is parking record 100 when it loses the partition. B handles 100 to 149, and C continues.
    await owners.next(100);
    await owners.next(150);
    await a.park(record(100, 'k'));
    expect((await owners.next(200)).parked).toEqual([]);
    expect(owners.kept).toEqual([]);
  });

  test('a record that was parked in time counts even if its write is repeated late and compaction keeps the repetition', async () => {
    const owners = new Owners();
    const a = await owners.next(100);
    await a.park(record(100, 'k'));
    const b = await owners.next(101);
    const stop = b.store.watch(() => false);
    await a.park(record(100, 'k'));
    await owners.clock.advance(1_000);
    await owners.clock.advance(1_000);
    stop();
    owners.topics.compact(PARKING_TOPIC);
    const c = await owners.next(101);
    expect(c.parked).toEqual([100]);
    expect(owners.kept).toEqual(['v100']);
  });

  test('a record that an ended ownership parks late does not count for the next ownership of the same process', async () => {
    const topics = new ParkingTopics();
    const stores = new ParkingStores(
      topics,
      { reader: () => topics },
      new OwnTopics({ ensureTopic: async () => ({ partitions: 1, problems: [], corrected: [] }) }),
      new VirtualClock(),
    );
    const ownership = { position: toOffset(100), generation: 1, confirm: async () => undefined };
    const [former, present, next] = [SOURCE, SOURCE, SOURCE].map((source) => stores.open(source, 'g'));
    await former?.load(ownership);
    await present?.load(ownership);
    await former?.park(failed(record(100, 'k')));
    expect(await next?.load({ ...ownership, position: toOffset(150) })).toEqual([]);
  });
});

describe('an owner', () => {
  test('an owner that has lost the partition cannot rank itself above its successor', async () => {
    const owners = new Owners();
    await owners.next(100, 5);
    const lost = Promise.reject(new Error('the partition is lost'));
    await expect(owners.next(100, 4, () => lost)).rejects.toThrow('the partition is lost');
    await (await owners.next(100, 6)).park(record(100, 'k'));
    expect((await owners.next(101, 7)).parked).toEqual([100]);
  });

  test('the owners of a group that was deleted rank above all former ones although its generations start again', async () => {
    const owners = new Owners();
    await (await owners.next(100, 40)).park(record(100, 'k'));
    const first = await owners.next(101, 1);
    expect(first.parked).toEqual([100]);
    await first.park(record(101, 'k'));
    expect((await owners.next(102, 2)).parked).toEqual([100, 101]);
  });

  test('an owner removes the names of former owners from the parking topic', async () => {
    const owners = new Owners();
    for (let i = 0; i < 5; i++) await owners.next(100);
    owners.topics.compact(PARKING_TOPIC);
    const names = owners.topics.topic(PARKING_TOPIC).records.filter(({ value }) => value !== null);
    expect(names.map(({ key }) => String(key))).toEqual([expect.stringMatching(/^owner:0-5-/)]);
  });
});

describe('a release', () => {
  test('a release that is requested while another of its key is running starts once that has ended', async () => {
    const owners = new Owners();
    await (await owners.next(100)).park(record(100, 'k'));
    const { store } = await owners.next(101);
    let isRunning = false;
    const begun: unknown[] = [];
    const stop = store.watch((key) => {
      if (isRunning) return false;
      isRunning = true;
      begun.push(key);
      return true;
    });
    const request = (): Promise<void> =>
      owners.topics.send({ ...toReleaseRequest('k'), topic: PARKING_TOPIC, partition: 0 });
    await request();
    await owners.clock.advance(1_000);
    await request();
    await owners.clock.advance(1_000);
    expect(begun).toEqual(['k']);
    await store.releaseEnded('k');
    isRunning = false;
    await owners.clock.advance(1_000);
    expect(begun).toEqual(['k', 'k']);
    await store.releaseEnded('k');
    isRunning = false;
    await owners.clock.advance(1_000);
    expect(begun).toEqual(['k', 'k']);
    stop();
  });
});

test('a parked record does not count as removed while its broker does not report it yet', async () => {
  const owners = new Owners();
  const owner = await owners.next(0);
  await owner.park(record(5, 'a'));
  const parked = { key: 'a', offset: toOffset(5) };
  owners.topics.unreported = 1;
  await expect(owner.store.read(parked)).rejects.toMatchObject({ code: 'PARKING_STORE_BEHIND' });
  owners.topics.unreported = 0;
  await expect(owner.store.read(parked)).resolves.toMatchObject({ offset: '5' });
  await owner.store.remove(parked);
  await expect(owner.store.read(parked)).resolves.toBeUndefined();
});
