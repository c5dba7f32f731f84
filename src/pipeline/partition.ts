import { PartitionLostError } from './errors/errors.js';
import type { FailureEvent } from './failures/failure-event.js';
import { PartitionStatus } from './partition-status.js';
import { type PartitionParts, type PartitionWiring, wirePartition } from './partition-wiring.js';
import type { PartitionOwner } from './dispatch/partition-owner.js';
import type { RecordIntake } from './record-intake.js';
import { compareOffsets, type Offset } from './records/offset.js';
import type { Startable } from './dispatch/dispatcher.js';

/** One partition within one ownership: takes its records from the fetch to the committable offset. */
export class PartitionPipeline {
  /** Its status, for health, metrics and operators. */
  readonly status: PartitionStatus;
  /** Takes in what the client fetches. */
  readonly intake: RecordIntake;
  readonly #wiring: PartitionWiring;
  /** `draining` and `suspended` begin when the partition is being given up, and end when it is retained. */
  #state: 'running' | 'draining' | 'suspended' | 'closed' = 'running';

  /** @param startOffset where this ownership begins */
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly startOffset: Offset,
    private readonly parts: PartitionParts,
  ) {
    const at = { topic, partition };
    this.#wiring = wirePartition(at, startOffset, parts, {
      failed: (event) => this.#failed(event),
      returned: () => this.#returned(),
      parkingLoaded: () => this.startReadyRecords(),
    });
    this.status = new PartitionStatus(at, this.#wiring);
    const { intake, parking, settlement } = this.#wiring;
    this.intake = intake;
    parts.committer.add(settlement);
    if (!parking) return;
    this.startReadyRecords();
    const { generation } = parts;
    void parking.start({ position: startOffset, generation, confirm: () => this.#confirmOwned() });
  }

  /** Lets its running handlers confirm, commit and wait for their records. */
  get owner(): PartitionOwner {
    return this.#wiring.owner;
  }

  /** The next offset to take in. */
  get position(): Offset {
    return this.#wiring.settlement.tracker.position;
  }

  /** What the broker last acknowledged; undefined before the first commit. */
  get committed(): Offset | undefined {
    return this.#wiring.settlement.committed;
  }

  /** The first offset that is not settled. */
  get committableOffset(): Offset {
    return this.#wiring.settlement.committableOffset;
  }

  /** Whether the broker has acknowledged everything that is settled. */
  get isCommitted(): boolean {
    return this.committed !== undefined && compareOffsets(this.committed, this.committableOffset) >= 0;
  }

  /** Whether fetching is paused. */
  get paused(): boolean {
    return this.#wiring.pauses.isPaused;
  }

  /**
   * Whether a handler is running or about to run, or a record is being stored elsewhere. A handler that awaits its
   * commit does not count: the commit may depend on a record that is retried much later.
   */
  get busy(): boolean {
    const { calls, dispatcher, failures, unparked } = this.#wiring;
    if (dispatcher.isDeferred || dispatcher.running > calls.awaitingCommit) return true;
    return failures.busy || unparked?.busy === true;
  }

  /**
   * Aborts handlers that have exceeded their timeout.
   * @param blockedMs how long the event loop was blocked since the last check
   */
  checkTimeouts(blockedMs: number): void {
    this.#wiring.calls.check(blockedMs);
  }

  /** It is being given up: starts nothing beyond the records already started, so that they can be committed soon. */
  drain(): void {
    this.#enter('draining');
  }

  /** Starts no handler and retries no store, unless the partition is retained. */
  suspend(): void {
    this.#enter('suspended');
  }

  /** It is not given up after all. */
  retain(): void {
    this.#enter('running');
  }

  /** Stops fetching, and starts nothing beyond the records already started, until `resume`. */
  pause(): void {
    this.#wiring.pauses.add('paused by an operator');
    this.startReadyRecords();
  }

  /** Ends `pause`. */
  resume(): void {
    this.#wiring.pauses.remove('paused by an operator');
    this.startReadyRecords();
  }

  /** Re-evaluates which records may start, and starts them. */
  startReadyRecords(): void {
    const { dispatcher, failures, unparked } = this.#wiring;
    const startable = this.#startable();
    if (startable === 'none') failures.suspend();
    else failures.resume();
    if (startable === 'all') unparked?.resume();
    else unparked?.suspend();
    dispatcher.allow(startable);
    dispatcher.pump();
  }

  /** Aborts the running handlers. */
  abort(reason: Error): void {
    this.#wiring.failures.abort();
    this.#wiring.ownership.abort(reason);
  }

  /** Ends this ownership: nothing more is started, settled or committed, and handlers are told to stop. */
  close(reason: Error = new PartitionLostError(this.topic, this.partition)): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const { dispatcher, failures, intake, limitPause, ownership, parking, settlement } = this.#wiring;
    ownership.end(reason);
    intake.close();
    limitPause.close();
    dispatcher.close();
    failures.close();
    parking?.close();
    this.parts.committer.remove(settlement, reason);
    settlement.close();
    ownership.abort(reason);
  }

  #enter(state: 'running' | 'draining' | 'suspended'): void {
    if (this.#state === 'closed' || this.#state === state) return;
    this.#state = state;
    const { committer } = this.parts;
    if (state === 'running') committer.retained(this.#wiring.settlement);
    else committer.revoking(this.#wiring.settlement);
    this.startReadyRecords();
  }

  #startable(): Startable {
    if (this.#state === 'suspended') return 'none';
    const { parking, pauses } = this.#wiring;
    const isHeld =
      this.#state !== 'running' ||
      pauses.has('stopped by its handler') ||
      pauses.has('paused by an operator') ||
      parking?.isLoaded === false;
    return isHeld ? 'started before' : 'all';
  }

  /** @throws if the broker does not confirm ownership */
  async #confirmOwned(): Promise<void> {
    const { ownership, settlement } = this.#wiring;
    ownership.requireLasting();
    await this.parts.committer.confirmOwnership(settlement);
    ownership.requireLasting();
  }

  /** Pauses and resumes fetching as the failure requires, and reports the event. */
  #failed(event: FailureEvent): void {
    const { pauses } = this.#wiring;
    switch (event.kind) {
      case 'breaker open':
        pauses.add('circuit breaker');
        break;
      case 'breaker closed':
        pauses.remove('circuit breaker');
        break;
      case 'stopped':
        pauses.add('stopped by its handler');
        this.startReadyRecords();
        break;
      default:
    }
    this.parts.events.failed(event);
  }

  #returned(): void {
    if (!this.busy) this.parts.events.partitionIdle();
  }
}
