/** A Kafka cluster from any source. */
export interface OpenKafka {
  readonly bootstrap: string;
  /** Describes its source, for messages. */
  readonly origin: string;
  /** Whether it is an existing cluster, which `stop` does not stop. */
  readonly external?: true;
  /** Resolves with the reason if it ends by itself. */
  readonly ended: Promise<Error>;
  stop(): Promise<void>;
}
