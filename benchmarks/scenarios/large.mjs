import { faster, size, topicOf } from './targets.mjs';

const contenders = [{ name: 'ours', options: { read: 'batch' } }, { name: 'kafkajs-each-batch' }];
const checks = faster({ 'kafkajs-each-batch': 0.85 });

const compressed = (codec) => ({
  name: `large-${codec}`,
  what: `records of 10 KB, compressed with ${codec}; ours with read: 'batch'`,
  topic: topicOf(size(30_000, 12_000), { bytes: 10_000, codec }),
  contenders,
  checks,
});

/** Large records, and many partitions. */
export const large = [
  compressed('gzip'),
  compressed('zstd'),
  {
    name: 'many-topics',
    what: "50 topics of 10 partitions, one member; ours with read: 'batch'",
    topic: topicOf(size(20_000, 8000), { partitions: 10, copies: 50 }),
    contenders,
    checks,
  },
];
