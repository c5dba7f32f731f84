/** Measures this service with many partitions or topics; each mode resolves with its results. */
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { peakRssBytes } from './meter.mjs';

const SETTLE_MS = 20_000;
const REST_MS = 30_000;
const SAMPLE_MS = 500;
/** A little more than two refreshes of the topic list. */
const REFRESHES_MS = 12_000;
const FAIR_WARM_UP_MS = 5_000;
const FAIR_MS = 15_000;

let connections = 0;
subscribe('net.client.socket', () => (connections += 1));

/** Numbers of handled records, in total and by partition. */
export class Handled {
  total = 0;
  #byPartition = new Map();

  add(topic, partition) {
    const name = `${topic}[${partition}]`;
    this.total += 1;
    this.#byPartition.set(name, (this.#byPartition.get(name) ?? 0) + 1);
  }

  /** A copy, by partition. */
  get byPartition() {
    return new Map(this.#byPartition);
  }
}

const ways = { rest, topics, fair };

/** Whether a job uses one of these modes. */
export const isWatched = ({ mode }) => Object.hasOwn(ways, mode);

/**
 * Measures and reports according to the job's mode.
 * @param {import('./meter.mjs').Job} job
 * @param {{ handled: Handled, group: () => object, url: () => Promise<string> }} service
 */
export async function watch(job, service) {
  const measures = await ways[job.mode](job, service);
  const { user, system } = process.cpuUsage();
  const report = {
    records: service.handled.total,
    seconds: process.uptime(),
    recordsPerSecond: service.handled.total / process.uptime(),
    cpuSeconds: (user + system) / 1e6,
    peakRssBytes: peakRssBytes(),
    url: await service.url(),
    ...measures,
  };
  process.stdout.write(`\nBENCH ${JSON.stringify(report)}\n`);
}

/** Everything is handled, then the service is idle. */
async function rest({ records }, { handled }) {
  while (handled.total < records) await sleep(100);
  await sleep(SETTLE_MS);
  const before = process.cpuUsage();
  const begun = performance.now();
  let restRssBytes = 0;
  while (performance.now() - begun < REST_MS) {
    await sleep(SAMPLE_MS);
    restRssBytes = Math.max(restRssBytes, process.memoryUsage.rss());
  }
  const { user, system } = process.cpuUsage(before);
  return { restCpu: (user + system) / 1000 / (performance.now() - begun), restRssBytes };
}

/** From the start of the process. */
async function topics({ topics: { length } }, { group }) {
  // Each topic and its retry topics.
  const joined = () => group()?.status.everJoined && group().status.assignment.length >= length * 4;
  while (!joined()) await sleep(50);
  const joinSeconds = process.uptime();
  const joinConnections = connections;
  await sleep(REFRESHES_MS);
  return { joinSeconds, joinConnections, refreshConnections: connections - joinConnections };
}

async function fair(_job, { handled, group }) {
  while (handled.total === 0) await sleep(50);
  await sleep(FAIR_WARM_UP_MS);
  const before = handled.byPartition;
  await sleep(FAIR_MS);
  const after = handled.byPartition;
  const counts = group().status.assignment.map(({ topic, partition }) => {
    const name = `${topic}[${partition}]`;
    return (after.get(name) ?? 0) - (before.get(name) ?? 0);
  });
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return { slowestOverMean: Math.min(...counts) / mean, partitions: counts.length };
}
