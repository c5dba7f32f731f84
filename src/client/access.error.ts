/** Why a client does not get at what it needs. */
export type AccessCode =
  | 'TOPIC_NOT_AUTHORIZED'
  | 'GROUP_NOT_AUTHORIZED'
  | 'CLUSTER_NOT_AUTHORIZED'
  | 'LOGIN_REFUSED'
  | 'JOIN_REFUSED'
  | 'TLS_HANDSHAKE'
  | 'BROKER_UNREACHABLE';

/** The way to the brokers is barred; the message says by what, and what to do. */
export class AccessError extends Error {
  /** kafkajs must not try the same again by itself: the service does, with a new client. */
  readonly retriable = false;

  constructor(
    readonly code: AccessCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'AccessError';
  }

  /** Whether the brokers themselves have said no: then waiting does not help. */
  get isDenied(): boolean {
    return this.code.endsWith('_NOT_AUTHORIZED') || this.code.endsWith('_REFUSED');
  }
}
