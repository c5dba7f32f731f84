import type { Clock } from './time/clock.js';
import type { Committer } from './commit/committer.js';
import type { PartitionPipeline } from './partition.js';

/** The partitions that are drained; asked again and again, since a partition may be lost or start meanwhile. */
export type DrainedPartitions = () => Iterable<PartitionPipeline>;

/** Lets the running handlers of partitions finish, and commits what they settled, within a time limit. */
export class GroupDrain {
  #idleWaiters: (() => void)[] = [];

  constructor(
    private readonly committer: Committer,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts only records below the highest one already started, which keep that one from being committed, and commits.
   * Afterwards no record is started: it could not be committed if the partition moves. A handler that awaits a commit is
   * awaited only if that commit can be sent: it may depend on a record that is retried later.
   * @returns whether all handlers finished, and all settled records were committed, within `boundMs`
   */
  async drain(partitions: DrainedPartitions, boundMs: number): Promise<boolean> {
    const deadline = this.clock.now() + boundMs;
    for (const partition of partitions()) partition.drain();
    let isDone: boolean;
    do {
      isDone = await this.#within(deadline - this.clock.now(), this.#idle(partitions));
      if (!isDone) suspend(partitions);
      isDone = (await this.commitSettled(partitions, deadline - this.clock.now())) && isDone;
      // Handlers that awaited that commit have continued, and with them their lanes.
    } while (isDone && isBusy(partitions));
    suspend(partitions);
    return isDone;
  }

  /**
   * Commits the settled records.
   * @returns whether that was done within `boundMs`
   */
  async commitSettled(partitions: DrainedPartitions, boundMs: number): Promise<boolean> {
    let isOver = false;
    const inTime = await this.#within(
      boundMs,
      this.committer.flush(() => !isOver && isUncommitted(partitions)),
    );
    isOver = true;
    return inTime;
  }

  /** A partition has become idle, or was closed. */
  partitionIdle(): void {
    if (this.#idleWaiters.length === 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  /** Re-checks after each wake-up: a completed call may have started the next record of its lane. */
  async #idle(partitions: DrainedPartitions): Promise<void> {
    while (isBusy(partitions)) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Whether `work` resolved within `boundMs`. */
  #within(boundMs: number, work: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.clock.schedule(boundMs, () => resolve(false));
      void work.then(() => {
        cancel();
        resolve(true);
      });
    });
  }
}

function suspend(partitions: DrainedPartitions): void {
  for (const partition of partitions()) partition.suspend();
}

function isBusy(partitions: DrainedPartitions): boolean {
  for (const partition of partitions()) if (partition.busy) return true;
  return false;
}

function isUncommitted(partitions: DrainedPartitions): boolean {
  for (const { isCommitted } of partitions()) if (!isCommitted) return true;
  return false;
}
