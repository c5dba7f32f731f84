import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { KafkaRuntime } from '../../transport/index.js';
import { EndOffsets } from './end-offsets.js';
import { EventLoopStalls } from './event-loop-stalls.js';
import { registerGroupMetrics } from './group-metrics.js';
import { registerPartitionMetrics } from './partition-metrics.js';
import { registerTopicMetrics } from './topic-metrics.js';

/** Gauges that are called counters, and are sums of others: `promtool check metrics` refuses them. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * All that a scrape is told. The consumers count in plain fields of their own, and only a scrape reads them: a
 * record costs no call of the metrics library.
 */
@Injectable()
export class MetricsRegistry extends Registry {
  constructor(runtime: KafkaRuntime, ends: EndOffsets, stalls: EventLoopStalls) {
    super();
    collectDefaultMetrics({ register: this });
    for (const name of MISNAMED) this.removeSingleMetric(name);
    registerTopicMetrics(this, runtime);
    registerPartitionMetrics(this, runtime, ends);
    registerGroupMetrics(this, runtime);
    this.#registerStalls(stalls);
  }

  #registerStalls(stalls: EventLoopStalls): void {
    const registers = [this];
    const told = (name: string, help: string, valueOf: () => number): Counter =>
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(valueOf());
        },
      });
    told(
      'nodejs_eventloop_stalls_total',
      'How often the event loop was blocked so that a timer came a second late or later.',
      () => stalls.count,
    );
    told(
      'nodejs_eventloop_stalled_seconds_total',
      'For how long the event loop was blocked in these cases together, in seconds.',
      () => stalls.totalMs / 1000,
    );
  }
}
