import { expect, test } from '@jest/globals';
import { VirtualClock } from '../../pipeline/testing/virtual-time.js';
import { toOffset } from '../../pipeline/index.js';
import { OwnTopics } from '../own-topics.js';
import { ParkingStores } from './parking-stores.js';
import { ParkingTopics } from './testing/parking-topics.js';

/** The records that an owner in a new process finds parked; it then parks the record at offset `parks`. */
async function owner(
  topics: ParkingTopics,
  [topic, group]: readonly [string, string],
  position: number,
  parks?: number,
): Promise<string[]> {
  const ensureTopic = async () => ({ partitions: 1, problems: [], corrected: [] });
  const port = { reader: () => topics };
  const stores = new ParkingStores(topics, port, new OwnTopics({ ensureTopic }), new VirtualClock());
  const at = { topic, partition: 0 };
  const store = stores.open(at, group);
  const confirm = async (): Promise<void> => undefined;
  const parked = await store.load({ position: toOffset(position), generation: 1, confirm });
  if (parks !== undefined) {
    const [key, value] = [Buffer.from('k'), Buffer.from('v')];
    const record = { offset: toOffset(parks), key, value, timestamp: '0', headers: {} };
    topics.topic(topic).records.push(record);
    await store.park({ at, record, error: new Error('no'), attempts: 1, firstFailedAt: 1 });
  }
  return parked.map(({ offset }) => offset);
}

test.each<[string, string, string, string]>([
  ['orders', 'eu.billing', 'orders.eu', 'billing'],
  ['orders', 'billing:eu', 'orders', 'billing-eu'],
])(
  'records parked of topic %s in group %s are kept while topic %s is read in group %s',
  async (topicA, groupA, topicB, groupB) => {
    const topics = new ParkingTopics();
    await owner(topics, [topicA, groupA], 500, 500);
    // The other group is at offset 20 of another log: it would remove its own parked records from there on.
    expect(await owner(topics, [topicB, groupB], 20)).toEqual([]);
    expect(await owner(topics, [topicA, groupA], 501)).toEqual(['500']);
  },
);
