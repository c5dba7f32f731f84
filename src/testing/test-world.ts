import { MemoryKafka } from '../client/memory/index.js';
import { nextTurn, VirtualClock } from '../pipeline/testing/virtual-time.js';
import type { RuntimeEnvironment } from '../transport/index.js';
import { PipelineWatch } from './pipeline-watch.js';
import { realNow } from './real-time.js';

/** The environment of the transport in a test: brokers, time and randomness. */
export class TestWorld {
  readonly clock = new VirtualClock(Date.now());
  readonly kafka: MemoryKafka;
  readonly watch = new PipelineWatch(realNow);
  readonly environment: RuntimeEnvironment;

  /**
   * @param partitions how many partitions topics have
   * @param hangAfterMs how long a handler may run, in real time
   */
  constructor(
    partitions: number,
    readonly hangAfterMs: number,
  ) {
    this.kafka = new MemoryKafka(this.clock, partitions);
    this.environment = {
      clock: this.clock,
      turn: { spent: () => false, defer: nextTurn },
      // Each wait between two attempts is half of its bound: tests are reproducible.
      random: () => 0.5,
      observed: (groupId, parts) => this.watch.observed(groupId, parts),
    };
  }
}
