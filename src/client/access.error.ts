import { CodedError } from '../errors/index.js';

/** Why a client is denied access. */
export type AccessCode =
  | 'TOPIC_NOT_AUTHORIZED'
  | 'GROUP_NOT_AUTHORIZED'
  | 'CLUSTER_NOT_AUTHORIZED'
  | 'LOGIN_REFUSED'
  | 'JOIN_REFUSED'
  | 'TLS_HANDSHAKE'
  | 'BROKER_UNREACHABLE';

/**
 * The client cannot reach the brokers or is not permitted to use them; the message names the cause and the remedy.
 */
export class AccessError extends CodedError {
  /** kafkajs must not retry by itself: the service retries with a new client. */
  readonly retriable = false;

  constructor(
    readonly code: AccessCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the brokers denied access: then waiting does not help. */
  get isDenied(): boolean {
    return this.code.endsWith('_NOT_AUTHORIZED') || this.code.endsWith('_REFUSED');
  }
}
