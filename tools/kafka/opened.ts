/** A Kafka to use, wherever it comes from. */
export interface OpenKafka {
  readonly bootstrap: string;
  /** Says where it comes from, for a person. */
  readonly origin: string;
  /** It was given by KAFKA_BROKERS: `stop` leaves it alone. */
  readonly external?: true;
  /** Resolves with the reason when it ends by itself. */
  readonly ended: Promise<Error>;
  stop(): Promise<void>;
}
