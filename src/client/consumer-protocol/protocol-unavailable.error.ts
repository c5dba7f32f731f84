import { CodedError } from '../../errors/index.js';

/** The brokers do not offer the new group protocol. */
export class ProtocolUnavailableError extends CodedError {
  readonly code = 'GROUP_PROTOCOL_UNAVAILABLE';

  /** @param why what is missing */
  constructor(why: string) {
    super(
      `the brokers do not offer the group protocol of KIP-848 (${why}); set KAFKA_GROUP_PROTOCOL=classic, or use Kafka 4.0 ` +
        'or newer with group.version=1',
    );
  }
}
