import { expect, test } from '@jest/globals';
import { VirtualClock } from '../../pipeline/testing/virtual-time.js';
import { toOffset } from '../../pipeline/index.js';
import { OwnTopics } from '../own-topics.js';
import { ParkingStores } from './parking-stores.js';
import { MemoryTopics } from './testing/memory-topics.js';

/** What an owner finds parked of a topic in a group, in a process of its own; `parks` is parked by it. */
async function owner(
  topics: MemoryTopics,
  [topic, group]: readonly [string, string],
  position: number,
  parks?: number,
): Promise<string[]> {
  const ensureTopic = async () => ({ partitions: 1, problems: [], corrected: [] });
  const port = { reader: () => topics };
  const lots = new ParkingStores(topics, port, new OwnTopics({ ensureTopic }), new VirtualClock());
  const at = { topic, partition: 0 };
  const lot = lots.open(at, group);
  const confirm = async (): Promise<void> => undefined;
  const parked = await lot.load({ position: toOffset(position), generation: 1, confirm });
  if (parks !== undefined) {
    const [key, value] = [Buffer.from('k'), Buffer.from('v')];
    const record = { offset: toOffset(parks), key, value, timestamp: '0', headers: {} };
    topics.topic(topic).records.push(record);
    await lots.park({ at, record, error: new Error('no'), attempts: 1, firstFailedAt: 1 }, group);
  }
  return parked.map(({ offset }) => offset);
}

test.each<[string, string, string, string]>([
  ['orders', 'eu.billing', 'orders.eu', 'billing'],
  ['orders', 'billing:eu', 'orders', 'billing-eu'],
])('what is parked of %s in %s stays where %s is read in %s', async (topicA, groupA, topicB, groupB) => {
  const topics = new MemoryTopics();
  await owner(topics, [topicA, groupA], 500, 500);
  // The other group reads another log, and stands at 20: what lies from there on would be void to it.
  expect(await owner(topics, [topicB, groupB], 20)).toEqual([]);
  expect(await owner(topics, [topicA, groupA], 501)).toEqual(['500']);
});
