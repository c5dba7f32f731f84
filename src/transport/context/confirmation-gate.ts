import { requireDurable } from './unfinished-work.js';
import type { CallWait, InFlightRecord, RecordOwner } from '../../pipeline/index.js';

/** Stands between a handler and the confirmation of its records, where that has to wait for something else. */
export interface ConfirmationGate {
  /**
   * Resolves once these records may be committed.
   * @throws what speaks against it
   */
  beforeCommit(records: readonly InFlightRecord[]): Promise<void>;
  /** Takes the place of settling them at once. */
  acknowledge(records: readonly InFlightRecord[]): void;
  /** Takes the place of committing an offset through the client's own consumer. */
  commitOffsets(): Promise<never>;
}

/** A partition as a handler behind a gate may act on it. */
export class GatedOwner implements RecordOwner {
  readonly topic: string;
  readonly partition: number;

  constructor(
    private readonly owner: RecordOwner,
    private readonly gate: ConfirmationGate,
  ) {
    this.topic = owner.topic;
    this.partition = owner.partition;
  }

  signalOf(record: InFlightRecord): AbortSignal {
    return this.owner.signalOf(record);
  }

  waitStarted(record: InFlightRecord, wait: CallWait): () => void {
    return this.owner.waitStarted(record, wait);
  }

  acknowledge(records: readonly InFlightRecord[]): void {
    this.gate.acknowledge(records);
  }

  async commit(records: readonly InFlightRecord[]): Promise<void> {
    await this.gate.beforeCommit(records);
    const [first] = records;
    if (first) requireDurable(first);
    await this.owner.commit(records);
  }
}
