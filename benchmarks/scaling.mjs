/**
 * Measures how groups of the built service scale, and what replacing their members costs, on a separate broker.
 * `node benchmarks/scaling.mjs`, with `members` or `rollout` for one of the two. Run `npm run build` first.
 */
import os from 'node:os';
import { startKafka } from '../dist/tools/kafka/index.js';
import { Topics } from './harness/topics.mjs';
import { kinds, rateOf } from './scaling/members.mjs';
import { rollOut, strategies } from './scaling/rollout.mjs';

const [only] = process.argv.slice(2);
const counts = [1, 2, 4, 8];
const topic = { partitions: 8, records: 400_000, keys: 1000, bytes: 100, codec: 'none' };
let groups = 0;

for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => process.exit(code));
}

const [cpu] = os.cpus();
const gib = (os.totalmem() / 2 ** 30).toFixed(0);
console.log(
  `${os.cpus().length} x ${cpu?.model}, ${gib} GiB, ${os.type()} ${os.release()}, Node ${process.versions.node}`,
);

const kafka = await startKafka({ heap: '1g' });
try {
  const [name] = await new Topics(kafka).ensure(topic);
  const job = (kind) => ({
    bootstrap: kafka.bootstrap,
    topic: name,
    kind,
    groupId: `scaling-${(groups += 1)}`,
  });
  if (only !== 'rollout') await printMembers(job);
  if (only !== 'members') await printRollouts(job);
} finally {
  await kafka.stop();
}
process.exit(0);

async function printMembers(job) {
  console.log(`\nrecords a second, ${topic.partitions} partitions\n`);
  printRow(['a handler that', ...counts.map((count) => `${count} member${count > 1 ? 's' : ''}`)]);
  printRow(['---', ...counts.map(() => '---:')]);
  for (const [kind, what] of Object.entries(kinds)) {
    const rates = [];
    for (const count of counts) rates.push(await rateOf(count, job(kind)));
    printRow([what, ...rates.map((rate) => Math.round(rate).toLocaleString('en-US'))]);
  }
}

async function printRollouts(job) {
  console.log(`\nfour members replaced, ${topic.partitions} partitions, a handler that ${kinds.pool}\n`);
  printRow(['strategy', 'rebalances', 'longest time without a record, ms']);
  printRow(['---', '---:', '---:']);
  for (const strategy of strategies) {
    const { rebalances, longestPauseMs } = await rollOut(strategy, job('pool'));
    printRow([strategy.name, String(rebalances), Math.round(longestPauseMs).toLocaleString('en-US')]);
  }
}

function printRow(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
