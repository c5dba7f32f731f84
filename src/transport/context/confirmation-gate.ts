import { requireDurable } from './unfinished-work.js';
import type { CallWait, InFlightRecord, RecordOwner } from '../../pipeline/index.js';

/** Intercepts a handler's confirmations, which must wait for something else, such as a transaction. */
export interface ConfirmationGate {
  /**
   * Resolves once these records may be committed.
   * @throws if they must not be committed
   */
  beforeCommit(records: readonly InFlightRecord[]): Promise<void>;
  /** Called instead of settling the records at once. */
  acknowledge(records: readonly InFlightRecord[]): void;
  /** Called instead of committing an offset through the client's consumer. */
  commitOffsets(): Promise<never>;
}

/** A record owner whose confirmations go through a gate. */
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
