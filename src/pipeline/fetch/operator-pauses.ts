import { partitionKeyOf, type TopicPartition } from '../records/fetched.js';

/** A topic, or one partition of it, that an operator has paused. */
export interface OperatorPause {
  readonly topic: string;
  readonly partition?: number;
}

/** The topics and partitions that an operator has paused, assigned or not. */
export class OperatorPauses {
  readonly #paused = new Map<string, OperatorPause>();

  get list(): OperatorPause[] {
    return [...this.#paused.values()];
  }

  /** Whether the partition, or its topic, is paused. */
  has(at: TopicPartition): boolean {
    return this.#paused.has(at.topic) || this.#paused.has(partitionKeyOf(at));
  }

  /** Pauses a topic, or one partition of it. */
  add(topic: string, partition?: number): void {
    if (partition === undefined) this.#paused.set(topic, { topic });
    else this.#paused.set(partitionKeyOf({ topic, partition }), { topic, partition });
  }

  /** Resumes a topic with all of its partitions, or one partition. */
  remove(topic: string, partition?: number): void {
    for (const [name, paused] of this.#paused) {
      const isMeant = paused.topic === topic && (partition === undefined || paused.partition === partition);
      if (isMeant) this.#paused.delete(name);
    }
  }
}
