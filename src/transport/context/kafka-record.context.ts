import { KafkaContext } from '@nestjs/microservices';
import type { FetchedRecord, InFlightRecord, RawHeaders, RecordOwner } from '../../pipeline/index.js';
import { type ConfirmationGate, GatedOwner } from './confirmation-gate.js';
import { requireDurable } from './unfinished-work.js';
import { decodeAuto } from '../payload/payload.js';
import type { NativeConsumer, NativeProducer } from '../../client/index.js';

/** The type of the message that Nest's `KafkaContext` returns. */
export type KafkaMessage = ReturnType<KafkaContext['getMessage']>;
/** The type of the arguments that Nest's `KafkaContext` returns. */
export type ContextArgs = ConstructorParameters<typeof KafkaContext>[0];

/** The services that a context provides besides its record. */
export interface ContextServices {
  /** The consumer; it commits offsets only in the ownership that the record belongs to. */
  nativeConsumer(record: InFlightRecord): NativeConsumer;
  nativeProducer(): NativeProducer;
}

/** The services of a context behind a gate. */
export function gatedServices(services: ContextServices, gate: ConfirmationGate): ContextServices {
  return {
    nativeConsumer: (record) => ({
      ...services.nativeConsumer(record),
      commitOffsets: () => gate.commitOffsets(),
    }),
    nativeProducer: () => services.nativeProducer(),
  };
}

/** Records that a handler can confirm, and their partition. */
export interface Confirmable {
  readonly records: readonly InFlightRecord[];
  readonly owner: RecordOwner;
}

/** Whether a context came from this transport, so that its records can be confirmed. */
export function isConfirmable(context: unknown): context is KafkaRecordContext {
  return context instanceof KafkaRecordContext;
}

const NO_ARGS = [] as unknown as ContextArgs;

/** The service sends heartbeats itself. */
const heartbeat = (): Promise<void> => Promise.resolve();

/**
 * Nest's `KafkaContext` for one record. Its parts are created on first use.
 *
 * @example
 * @KafkaHandler('orders', { timeoutMs: 10_000 })
 * async onOrder(@Payload() order: Order, @Ctx() context: KafkaRecordContext): Promise<void> {
 *   await fetch(url, { method: 'POST', body: JSON.stringify(order), signal: context.signal });
 * }
 */
export class KafkaRecordContext extends KafkaContext {
  #message: KafkaMessage | undefined;
  #consumer: NativeConsumer | undefined;

  /** @internal */
  constructor(
    private readonly inFlight: InFlightRecord,
    private readonly payload: unknown,
    /** @internal */
    protected readonly services: ContextServices,
    /** The record itself: the runtime drops its payload once it is settled. */
    private readonly fetched: FetchedRecord = inFlight.record,
    /** Lets the handler confirm, commit and wait for the record in its partition. @internal */
    readonly owner: RecordOwner = inFlight.owner,
  ) {
    super(NO_ARGS);
  }

  /** The same context for a handler whose confirmations go through a gate. @internal */
  behind(gate: ConfirmationGate): KafkaRecordContext {
    const { inFlight, payload, services, fetched, owner } = this;
    return new KafkaRecordContext(
      inFlight,
      payload,
      gatedServices(services, gate),
      fetched,
      new GatedOwner(owner, gate),
    );
  }

  /** The record, as a list. */
  get records(): readonly InFlightRecord[] {
    return [this.inFlight];
  }

  /** Aborted when the handler should stop: timeout, lost partition, or shutdown. */
  get signal(): AbortSignal {
    return this.owner.signalOf(this.inFlight);
  }

  /** The record; of a batch, its first. */
  get record(): InFlightRecord {
    return this.inFlight;
  }

  /**
   * Settles its records, and resolves once the broker has acknowledged the commit.
   * @throws PartitionLostError if the partition was assigned to another member
   * @throws OpenTransactionError within a transaction that is not committed
   */
  async commit(): Promise<void> {
    this.#requireDurable();
    await this.owner.commit(this.records);
  }

  /**
   * Settles its records; they are part of the next commit.
   * @throws PartitionLostError if the partition was assigned to another member
   * @throws OpenTransactionError within a transaction that is not committed
   */
  acknowledge(): void {
    this.#requireDurable();
    this.owner.acknowledge(this.records);
  }

  /** With a gate, the gate ensures that the transaction is committed before the offset. */
  #requireDurable(): void {
    if (!(this.owner instanceof GatedOwner)) requireDurable(this.inFlight);
  }

  /** The record's headers, not decoded. */
  get rawHeaders(): RawHeaders | undefined {
    return this.fetched.headers;
  }

  /** The record as in Nest: key, value and headers decoded, with topic and partition. */
  override getMessage(): KafkaMessage {
    return (this.#message ??= toMessage(this.fetched, this.owner, this.payload));
  }

  override getPartition(): number {
    return this.owner.partition;
  }

  override getTopic(): string {
    return this.owner.topic;
  }

  override getConsumer(): NativeConsumer {
    return (this.#consumer ??= this.services.nativeConsumer(this.inFlight));
  }

  override getHeartbeat(): () => Promise<void> {
    return heartbeat;
  }

  override getProducer(): NativeProducer {
    return this.services.nativeProducer();
  }

  override getArgs(): ContextArgs {
    return [
      this.getMessage(),
      this.getPartition(),
      this.getTopic(),
      this.getConsumer(),
      heartbeat,
      this.getProducer(),
    ];
  }

  override getArgByIndex<T>(index: number): T {
    return this.getArgs()[index] as T;
  }
}

/** The record as Nest's own transport provides it, with the payload as its value. */
function toMessage(record: FetchedRecord, owner: RecordOwner, payload: unknown): KafkaMessage {
  const headers = Object.fromEntries(
    Object.entries(record.headers ?? {}).map(([name, value]) => [name, decodeHeader(value)]),
  );
  const { offset, timestamp, key } = record;
  const message: unknown = {
    ...record.details,
    offset,
    timestamp,
    key: key === null ? null : decodeAuto(key as Buffer),
    value: payload,
    headers,
    topic: owner.topic,
    partition: owner.partition,
  };
  return message as KafkaMessage;
}

function decodeHeader(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(decodeHeader);
  return Buffer.isBuffer(value) ? decodeAuto(value) : value;
}
