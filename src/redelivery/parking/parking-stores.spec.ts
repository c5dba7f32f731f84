import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../pipeline/testing/virtual-time.js';
import { type FetchedRecord, toOffset } from '../../pipeline/index.js';
import { toReleaseRequest } from './parked-entry.js';
import { OwnTopics } from '../own-topics.js';
import { ParkingStores } from './parking-stores.js';
import type { TopicParkingStore } from './topic-parking-store.js';
import { MemoryTopics } from './testing/memory-topics.js';

const LOT = 'ledger.g.parked';

function record(offset: number, key: string, value = `v${offset}`): FetchedRecord {
  const [keyBytes, valueBytes] = [Buffer.from(key), Buffer.from(value)];
  return { offset: toOffset(offset), key: keyBytes, value: valueBytes, timestamp: '0', headers: {} };
}

/** A group's owners of `ledger`, one after another, each in a process of its own. */
class Owners {
  readonly topics = new MemoryTopics();
  readonly clock = new VirtualClock();
  #generation = 0;

  /** @param confirm of a member that has lost the partition, it rejects */
  async next(
    position: number,
    generation = ++this.#generation,
    confirm = async (): Promise<void> => undefined,
  ): Promise<Owner> {
    const lots = new ParkingStores(
      this.topics,
      { reader: () => this.topics },
      new OwnTopics({ ensureTopic: async () => ({ partitions: 1, problems: [], corrected: [] }) }),
      this.clock,
    );
    const at = { topic: 'ledger', partition: 0 };
    const lot = lots.open(at, 'g');
    const parked = await lot.load({ position: toOffset(position), generation, confirm });
    return {
      lot,
      parked: parked.map(({ offset }) => Number(offset)),
      park: (of) => lots.park(failed(at, of), 'g'),
    };
  }

  /** What is in the lot by its topic alone, once compaction has been over it. */
  get kept(): string[] {
    this.topics.compact(LOT);
    return this.topics
      .topic(LOT)
      .records.filter(({ key, value }) => String(key).startsWith('record:') && value !== null)
      .map(({ value }) => String(value));
  }

  /** Puts a record into the owners' own topic, at the end of its log. */
  write(...records: FetchedRecord[]): void {
    this.topics.topic('ledger').records.push(...records);
  }
}

interface Owner {
  readonly lot: TopicParkingStore;
  readonly parked: readonly number[];
  park(record: FetchedRecord): Promise<void>;
}

function failed(at: { topic: string; partition: number }, of: FetchedRecord) {
  return { at, record: of, error: new Error('no'), attempts: 1, firstFailedAt: 1 };
}

describe('a record that was parked and committed', () => {
  test.each<[string, number, (topics: MemoryTopics) => void]>([
    ['the topic was deleted and recreated', 0, (topics) => topics.recreate('ledger')],
    [
      'its log was cut back by an unclean election',
      95,
      (topics) => topics.topic('ledger').records.splice(0, 1, record(94, 'b')),
    ],
    [
      'another record is at its offset in a log that was cut back',
      95,
      (topics) => topics.topic('ledger').records.splice(0, 1, record(100, 'b')),
    ],
    [
      'the topic was recreated and has the same record at its offset',
      0,
      (topics) => {
        topics.recreate('ledger');
        topics.topic('ledger').records.push(record(100, 'a-17'));
      },
    ],
    [
      "the group's offsets were reset and retention has cleared the log since",
      50,
      (topics) => (topics.topic('ledger').start = 101),
    ],
  ])('is kept, and released, where %s', async (_what, position, happens) => {
    const owners = new Owners();
    owners.write(record(100, 'a-17'));
    const first = await owners.next(90);
    await first.park(record(100, 'a-17'));
    happens(owners.topics);
    const next = await owners.next(position);
    expect(next.parked).toEqual([100]);
    expect(owners.kept).toEqual(['v100']);
    const [parked] = await next.lot.load({
      position: toOffset(position),
      generation: 2,
      confirm: async () => undefined,
    });
    expect(parked && String((await next.lot.read(parked))?.value)).toBe('v100');
  });

  test('is taken out where it is read again from its own log', async () => {
    const owners = new Owners();
    owners.write(record(100, 'a-17'));
    await (await owners.next(90)).park(record(100, 'a-17'));
    expect((await owners.next(100)).parked).toEqual([]);
    expect(owners.kept).toEqual([]);
  });

  test('comes before one of its key that was parked from the log that took the place of its own', async () => {
    const owners = new Owners();
    await (await owners.next(90)).park(record(100, 'a-17'));
    await (await owners.next(95)).park(record(96, 'a-17'));
    await (await owners.next(97)).park(record(100, 'a-17', 'another'));
    expect((await owners.next(101)).parked).toEqual([100, 96, 100]);
    expect(owners.kept).toEqual(['v100', 'v96', 'another']);
  });
});

describe('a record that a former owner parks late', () => {
  test('does not count for the next owner, nor for any after it, whatever they have committed', async () => {
    const owners = new Owners();
    const a = await owners.next(100);
    // A gives record 100 up; its write is on its way when A loses the partition. B handles 100 to 149, and C goes on.
    await owners.next(100);
    await owners.next(150);
    await a.park(record(100, 'k'));
    expect((await owners.next(200)).parked).toEqual([]);
    expect(owners.kept).toEqual([]);
  });

  test('counts where it was there in time, also if its write comes once more, late, and compaction leaves the later', async () => {
    const owners = new Owners();
    const a = await owners.next(100);
    await a.park(record(100, 'k'));
    const b = await owners.next(101);
    const stop = b.lot.watch(() => false);
    await a.park(record(100, 'k'));
    await owners.clock.advance(1_000);
    await owners.clock.advance(1_000);
    stop();
    owners.topics.compact(LOT);
    const c = await owners.next(101);
    expect(c.parked).toEqual([100]);
    expect(owners.kept).toEqual(['v100']);
  });

  test('is none of a successor in the same process that owns the partition again', async () => {
    const topics = new MemoryTopics();
    const lots = new ParkingStores(
      topics,
      { reader: () => topics },
      new OwnTopics({ ensureTopic: async () => ({ partitions: 1, problems: [], corrected: [] }) }),
      new VirtualClock(),
    );
    const [former, present] = [
      { topic: 'ledger', partition: 0 },
      { topic: 'ledger', partition: 0 },
    ];
    const ownership = { position: toOffset(100), generation: 1, confirm: async () => undefined };
    await lots.open(former, 'g').load(ownership);
    const lot = lots.open(present, 'g');
    await lot.load(ownership);
    await lots.park(failed(former, record(100, 'k')), 'g');
    expect(await lots.open({ ...present }, 'g').load({ ...ownership, position: toOffset(150) })).toEqual([]);
  });
});

describe('an owner', () => {
  test('that has lost the partition can not put itself above its successor', async () => {
    const owners = new Owners();
    await owners.next(100, 5);
    const lost = Promise.reject(new Error('the partition is lost'));
    await expect(owners.next(100, 4, () => lost)).rejects.toThrow('the partition is lost');
    await (await owners.next(100, 6)).park(record(100, 'k'));
    expect((await owners.next(101, 7)).parked).toEqual([100]);
  });

  test('of a group that was deleted and counts its generations from the start goes on above all former ones', async () => {
    const owners = new Owners();
    await (await owners.next(100, 40)).park(record(100, 'k'));
    const first = await owners.next(101, 1);
    expect(first.parked).toEqual([100]);
    await first.park(record(101, 'k'));
    expect((await owners.next(102, 2)).parked).toEqual([100, 101]);
  });

  test('leaves no former owner in the lot', async () => {
    const owners = new Owners();
    for (let i = 0; i < 5; i++) await owners.next(100);
    owners.topics.compact(LOT);
    const names = owners.topics.topic(LOT).records.filter(({ value }) => value !== null);
    expect(names.map(({ key }) => String(key))).toEqual([expect.stringMatching(/^owner:0-5-/)]);
  });
});

describe('a release', () => {
  test('that is asked for while another of its key is under way is heard of once that has ended', async () => {
    const owners = new Owners();
    await (await owners.next(100)).park(record(100, 'k'));
    const { lot } = await owners.next(101);
    let isUnderWay = false;
    const begun: unknown[] = [];
    const stop = lot.watch((key) => {
      if (isUnderWay) return false;
      isUnderWay = true;
      begun.push(key);
      return true;
    });
    const ask = (): Promise<void> =>
      owners.topics.send({ ...toReleaseRequest('k'), topic: LOT, partition: 0 });
    await ask();
    await owners.clock.advance(1_000);
    await ask();
    await owners.clock.advance(1_000);
    expect(begun).toEqual(['k']);
    await lot.releaseEnded('k');
    isUnderWay = false;
    await owners.clock.advance(1_000);
    expect(begun).toEqual(['k', 'k']);
    await lot.releaseEnded('k');
    isUnderWay = false;
    await owners.clock.advance(1_000);
    expect(begun).toEqual(['k', 'k']);
    stop();
  });
});

test('a record that was parked is not taken for gone where its broker does not tell of it yet', async () => {
  const owners = new Owners();
  const owner = await owners.next(0);
  await owner.park(record(5, 'a'));
  const parked = { key: 'a', offset: toOffset(5) };
  owners.topics.untold = 1;
  await expect(owner.lot.read(parked)).rejects.toMatchObject({ code: 'PARKING_STORE_BEHIND' });
  owners.topics.untold = 0;
  await expect(owner.lot.read(parked)).resolves.toMatchObject({ offset: '5' });
  await owner.lot.remove(parked);
  await expect(owner.lot.read(parked)).resolves.toBeUndefined();
});
