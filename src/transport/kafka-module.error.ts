import { CodedError } from '../errors/index.js';

/** `KafkaModule` is not imported, or is imported incorrectly. */
export class KafkaModuleError extends CodedError {
  readonly code = 'KAFKA_MODULE';
}

/** A handler names a cluster that no `KafkaModule.forRoot` has. */
export class UnknownClusterError extends CodedError {
  readonly code = 'UNKNOWN_CLUSTER';

  /** @param handler `Class.method` */
  constructor(handler: string, cluster: unknown, known: readonly string[]) {
    super(
      `${handler} is a handler of the cluster ${String(cluster)}, but no KafkaModule.forRoot has that name` +
        (known.length > 0 ? `; there is ${known.join(', ')}` : '; none has a name'),
    );
  }
}
