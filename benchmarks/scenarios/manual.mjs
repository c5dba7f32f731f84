import { faster, size, topicOf } from './targets.mjs';

const python = { name: 'kafka-python', mode: 'manual', records: size(400, 200) };

/** A commit awaited after each record. */
export const manual = [
  {
    name: 'manual-partition',
    what: 'a commit awaited after each record, in partition order',
    topic: topicOf(size(3000, 1600)),
    contenders: [{ name: 'ours', options: { commit: 'manual', order: 'partition' } }, python],
    checks: faster({ 'kafka-python': 4 }),
  },
  {
    name: 'manual-key',
    what: 'a commit awaited after each record, in key order',
    topic: topicOf(size(300_000, 150_000)),
    contenders: [{ name: 'ours', options: { commit: 'manual', order: 'key' } }, python],
    checks: faster({ 'kafka-python': 100 }),
  },
];
