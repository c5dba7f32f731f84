import type { Registry } from 'prom-client';
import { type KafkaClusters, PUBLISH_FAILURES, type PublishedCounts } from '../../transport/index.js';
import { callHistogram, counter, type Sample } from './families.js';

type Label = 'cluster' | 'topic';

interface PublishedTopic {
  readonly labels: { readonly cluster?: string; readonly topic: string };
  readonly counts: PublishedCounts;
}

/** Registers the metrics of what the application publishes; without a publisher, they have no values. */
export function registerPublishMetrics(registry: Registry, clusters: KafkaClusters): void {
  const topics = (): PublishedTopic[] =>
    clusters.all.flatMap(({ config: { name: cluster }, runtime }) =>
      [...runtime.published].map(([topic, counts]) => ({
        labels: cluster === undefined ? { topic } : { cluster, topic },
        counts,
      })),
    );
  const each = (valueOf: (counts: PublishedCounts) => number) => (): Sample<Label>[] =>
    topics().map(({ labels, counts }) => [labels, valueOf(counts)]);
  const labelNames = ['cluster', 'topic'] as const;

  counter(
    registry,
    {
      name: 'kafka_publisher_records_total',
      help: 'Published records that all in-sync replicas have acknowledged.',
      labelNames,
    },
    each(({ records }) => records),
  );
  counter(
    registry,
    {
      name: 'kafka_publisher_bytes_total',
      help: 'Size of the keys and values of these records, before compression.',
      labelNames,
    },
    each(({ bytes }) => bytes),
  );
  counter(
    registry,
    {
      name: 'kafka_publisher_errors_total',
      help: 'Records that could not be published, by reason: value (does not match the topic), transaction (within one that is not committed), unknown-topic, too-large, refused (not accepted by the topic), denied (missing ACL), timeout, error (any other).',
      labelNames: ['cluster', 'topic', 'reason'],
    },
    () =>
      topics().flatMap(({ labels, counts }) =>
        PUBLISH_FAILURES.map((reason): Sample<Label | 'reason'> => [
          { ...labels, reason },
          counts.failures[reason],
        ]),
      ),
  );
  callHistogram(
    registry,
    {
      name: 'kafka_publisher_seconds',
      help: 'Time from the call until the acknowledgement of a published record in seconds.',
      labelNames,
    },
    () => topics().map(({ labels, counts }) => [labels, counts.times]),
  );
}
