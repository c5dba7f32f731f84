/** Plain kafkajs with `eachMessage` and autocommit, with the same work and the same ledger. */
import { Kafka } from 'kafkajs';
import { peerOptions, streams } from './peer-options.mjs';
import { LedgerWriter } from './ledger-writer.mjs';
import { countRebalances } from './vitals.mjs';
import { work } from './work.mjs';

const { client, consumer: settings, run } = peerOptions();
const ledger = new LedgerWriter();
const delays = new Map(streams.map(({ topic, delayMs }) => [topic, delayMs]));
let joins = 0;
countRebalances(() => joins);

const consumer = new Kafka(client).consumer(settings);
consumer.on('consumer.group_join', () => (joins += 1));
await consumer.connect();
await consumer.subscribe({ topics: [...delays.keys()], fromBeginning: true });
await consumer.run({
  ...run,
  eachMessage: async ({ topic, partition, message }) => {
    const item = JSON.parse(message.value.toString());
    const entry = { topic, partition, offset: message.offset, id: item.id };
    const { onDisk } = await ledger.around(joins, entry, () => work(item, delays.get(topic)));
    await onDisk;
  },
});

process.once('SIGTERM', async () => {
  await consumer.disconnect();
  process.exit(0);
});
