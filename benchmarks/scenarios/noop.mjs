import { faster, size, topicOf } from './targets.mjs';

const records = size(1_200_000, 600_000);

/** Handlers that only parse, to measure the overhead. */
export const noop = [
  {
    name: 'noop-one',
    what: 'a handler that does nothing, record by record; ours with its defaults',
    topic: topicOf(records),
    repeat: size(5, 2),
    contenders: [
      { name: 'ours' },
      { name: 'nest', records: size(300_000, 150_000) },
      { name: 'kafkajs-each-message' },
      { name: 'kafka-python', records: size(250_000, 120_000), mode: 'auto' },
    ],
    checks: faster({ nest: 4.5, 'kafkajs-each-message': 0.85, 'kafka-python': 5 }),
  },
  {
    name: 'noop-batch',
    what: "a handler that does nothing, batch by batch; ours with read: 'batch'",
    topic: topicOf(records),
    repeat: size(5, 2),
    contenders: [
      { name: 'ours', options: { read: 'batch' } },
      { name: 'kafkajs-each-batch' },
      { name: 'platformatic' },
    ],
    checks: faster({ 'kafkajs-each-batch': 0.85, platformatic: 1.2 }),
  },
];
