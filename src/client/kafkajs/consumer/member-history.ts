import type { TopicPartition } from '../../../pipeline/index.js';

/**
 * Compares a member's joins. A member that kept its id and took part in every generation has kept the partitions that
 * stayed assigned to it; one that missed a generation may have lost a partition to another member and received it
 * again.
 */
export class MemberHistory {
  #memberId = '';
  #generation = -1;
  #assignment: readonly TopicPartition[] = [];

  get isFirst(): boolean {
    return this.#generation < 0;
  }

  get generation(): number {
    return this.#generation;
  }

  get assignment(): readonly TopicPartition[] {
    return this.#assignment;
  }

  /** Records a join. @returns whether its generation follows the member's last one without a gap */
  joined(memberId: string, generation: number, assignment: readonly TopicPartition[]): boolean {
    const continuous = memberId === this.#memberId && generation === this.#generation + 1;
    this.#memberId = memberId;
    this.#generation = generation;
    this.#assignment = assignment;
    return continuous;
  }
}
