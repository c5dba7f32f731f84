import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { EventLoopStalls } from './event-loop-stalls.js';
import { KafkaMetrics } from './kafka-metrics.js';

/** Default gauges named like counters, which `promtool check metrics` rejects. They are sums of other metrics. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** All metrics of the service: of its consumers, and of its process. */
@Injectable()
export class MetricsRegistry extends Registry {
  constructor(kafka: KafkaMetrics, stalls: EventLoopStalls) {
    super();
    collectDefaultMetrics({ register: this });
    for (const name of MISNAMED) this.removeSingleMetric(name);
    kafka.registerIn(this);
    this.#registerStalls(stalls);
  }

  #registerStalls(stalls: EventLoopStalls): void {
    const registers = [this];
    const counter = (name: string, help: string, valueOf: () => number): Counter =>
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(valueOf());
        },
      });
    counter(
      'nodejs_eventloop_stalls_total',
      'Number of times the event loop was blocked so that a timer fired at least one second late.',
      () => stalls.count,
    );
    counter(
      'nodejs_eventloop_stalled_seconds_total',
      'Total duration of these event loop stalls in seconds.',
      () => stalls.totalMs / 1000,
    );
  }
}
