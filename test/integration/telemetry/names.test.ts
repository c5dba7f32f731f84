import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { Scrape } from './scrape.js';

jest.setTimeout(60_000);

const topics = ['group', 'topic'];
const partitions = ['group', 'topic', 'partition'];

/** Names, types and labels that dashboards, alerts and docs/monitoring.md rely on. */
const METRICS: readonly (readonly [name: string, type: string, labels: readonly string[]])[] = [
  ['kafka_consumer_records_total', 'counter', [...topics, 'outcome']],
  ['kafka_consumer_handler_seconds', 'histogram', topics],
  ['kafka_consumer_retries_total', 'counter', topics],
  ['kafka_consumer_dead_letters_total', 'counter', [...topics, 'reason']],
  ['kafka_consumer_truncated_dead_letters_total', 'counter', topics],
  ['kafka_consumer_out_of_range_total', 'counter', topics],
  ['kafka_consumer_topic_problems', 'gauge', []],
  ['kafka_consumer_lag', 'gauge', partitions],
  ['kafka_consumer_lag_seconds', 'gauge', partitions],
  ['kafka_consumer_in_flight', 'gauge', partitions],
  ['kafka_consumer_stalled_seconds', 'gauge', partitions],
  ['kafka_consumer_parked_records', 'gauge', partitions],
  ['kafka_consumer_blocked_records', 'gauge', ['group', 'kind']],
  ['kafka_consumer_commits_total', 'counter', ['group', 'outcome']],
  ['kafka_consumer_rebalances_total', 'counter', ['group']],
  ['kafka_consumer_restarts_total', 'counter', ['group']],
  ['kafka_consumer_assigned_partitions', 'gauge', ['group']],
  ['kafka_consumer_paused_partitions', 'gauge', ['group']],
];

/** Metrics that have values only once something was published. */
const OF_THE_PUBLISHER: readonly (readonly [name: string, type: string])[] = [
  ['kafka_publisher_records_total', 'counter'],
  ['kafka_publisher_bytes_total', 'counter'],
  ['kafka_publisher_errors_total', 'counter'],
  ['kafka_publisher_seconds', 'histogram'],
];

/** Node's metrics that the docs, the dashboard and the alerts use. */
const OF_NODE: readonly (readonly [name: string, type: string])[] = [
  ['nodejs_eventloop_lag_seconds', 'gauge'],
  ['nodejs_eventloop_lag_p99_seconds', 'gauge'],
  ['nodejs_eventloop_lag_max_seconds', 'gauge'],
  ['nodejs_eventloop_stalls_total', 'counter'],
  ['nodejs_eventloop_stalled_seconds_total', 'counter'],
  ['nodejs_gc_duration_seconds', 'histogram'],
  ['nodejs_heap_size_used_bytes', 'gauge'],
  ['process_cpu_seconds_total', 'counter'],
  ['process_resident_memory_bytes', 'gauge'],
];

/** Labels of which docs/monitoring.md lists every value. */
const LISTED: readonly (readonly [name: string, label: string])[] = [
  ['kafka_consumer_records_total', 'outcome'],
  ['kafka_consumer_dead_letters_total', 'reason'],
  ['kafka_consumer_blocked_records', 'kind'],
  ['kafka_consumer_commits_total', 'outcome'],
];

let topic: string;
/** After one record. */
let scrape: Scrape;

beforeAll(async () => {
  topic = await createTopic(uniqueName('names'));
  await produce(topic, ['a']);
  const { groupId, url } = await startHandlers([{ topic, handle: () => undefined }]);
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  scrape = await Scrape.of(url);
});
afterAll(stopServices);

test('every metric has its documented name, type and labels, and a help text with its unit', () => {
  for (const [name, type, labels] of METRICS) {
    expect([name, scrape.types.get(name)]).toEqual([name, type]);
    const [series] = scrape.all(type === 'histogram' ? `${name}_count` : name);
    expect([name, Object.keys(series?.labels ?? {}).toSorted()]).toEqual([name, labels.toSorted()]);
    const unit = name.endsWith('_seconds') ? 'in seconds' : '';
    expect([name, scrape.helps.get(name)]).toEqual([name, expect.stringMatching(/^[A-Z].{20,}\.$/)]);
    expect([name, scrape.helps.get(name)]).toEqual([name, expect.stringContaining(unit)]);
  }
  for (const [name, type] of [...OF_THE_PUBLISHER, ...OF_NODE])
    expect([name, scrape.types.get(name)]).toEqual([name, type]);
});

test('the service has no undocumented metric, and handler times have buckets from 5 ms to 10 s', () => {
  const mine = [...scrape.types.keys()].filter((name) => name.startsWith('kafka_'));
  expect(mine.toSorted()).toEqual([...METRICS, ...OF_THE_PUBLISHER].map(([name]) => name).toSorted());
  const bounds = scrape
    .all('kafka_consumer_handler_seconds_bucket', { topic })
    .map(({ labels }) => labels['le']);
  expect(bounds).toEqual([
    '0.005',
    '0.01',
    '0.025',
    '0.05',
    '0.1',
    '0.25',
    '0.5',
    '1',
    '2.5',
    '5',
    '10',
    '+Inf',
  ]);
});

test.each(LISTED)('docs/monitoring.md lists every value of the label of %s: %s', (name, label) => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/monitoring.md'), 'utf8');
  const description = new RegExp(`^\\| \`${name}\`.*\\|(.+)\\|$`, 'm').exec(page)?.[1] ?? '';
  const listed = Array.from(description.matchAll(/`([^`]+)`/g), ([, value]) => value);
  const values = new Set(scrape.all(name).map(({ labels }) => labels[label]));
  expect(listed.toSorted()).toEqual([...values].toSorted());
});
