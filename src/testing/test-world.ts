import { MemoryKafka } from '../client/memory/index.js';
import { nextTurn, VirtualClock } from '../pipeline/testing/virtual-time.js';
import type { RuntimeEnvironment } from '../transport/index.js';
import { PipelineWatch } from './pipeline-watch.js';
import { realNow } from './real-time.js';

/**
 * The environment of the transport in a test: brokers, time and randomness. Only the cluster without a name is observed;
 * each of the others has brokers of its own.
 */
export class TestWorld {
  readonly clock = new VirtualClock(Date.now());
  readonly kafka: MemoryKafka;
  readonly #otherClusters = new Map<string, MemoryKafka>();
  readonly watch = new PipelineWatch(realNow);
  readonly environment: RuntimeEnvironment;

  /**
   * @param partitions how many partitions topics have
   * @param hangAfterMs how long a handler may run, in real time
   */
  constructor(
    private readonly partitions: number,
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

  /** The brokers of a cluster. */
  kafkaOf(cluster: string | undefined): MemoryKafka {
    if (cluster === undefined) return this.kafka;
    const kafka = this.#otherClusters.get(cluster) ?? new MemoryKafka(this.clock, this.partitions);
    this.#otherClusters.set(cluster, kafka);
    return kafka;
  }

  /** The environment of a cluster. */
  environmentOf(cluster: string | undefined): RuntimeEnvironment {
    const { clock, turn, random } = this.environment;
    return cluster === undefined ? this.environment : { clock, turn, random };
  }
}
