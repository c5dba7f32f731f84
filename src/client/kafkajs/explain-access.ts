import { AccessError } from '../access.error.js';
import { describeError } from '../../pipeline/index.js';
import { AdvertisedAddressError } from './advertised-address.error.js';
import { isRejectedLogin, isUnreachable, protocolErrorType, rootCause } from './errors.js';

/** What was attempted when access was denied. */
export interface Attempt {
  /** The operations that it needs, by the names of `kafka-acls`; each implies Describe. */
  readonly operations: readonly ('Read' | 'Write' | 'Create' | 'Alter')[];
  readonly topics: readonly string[];
  readonly groupId?: string;
}

/** Codes of OpenSSL and Node for a certificate or a handshake that one side does not accept. */
const TLS_CODE =
  /^(ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH$|INVALID_CA$)/;
const TLS_TEXT = /before secure TLS connection was established|key values mismatch|Failed to connect: error:/;
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Kafka's errors with which a group rejects a member; a retry does not help. */
const JOIN_REFUSALS: Readonly<
  Record<string, { readonly what: string; readonly remedy: string } | undefined>
> = {
  INCONSISTENT_GROUP_PROTOCOL: {
    what: 'has members with another partition assignor',
    remedy:
      'give this service a KAFKA_GROUP_ID of its own, or stop all other members before it starts: their committed ' +
      'offsets stay',
  },
  INVALID_SESSION_TIMEOUT: {
    what: 'does not accept KAFKA_SESSION_TIMEOUT_MS',
    remedy: "set it between the brokers' group.min.session.timeout.ms and group.max.session.timeout.ms",
  },
  GROUP_MAX_SIZE_REACHED: {
    what: "has as many members as the brokers' group.max.size allows",
    remedy: 'run fewer replicas, or raise group.max.size',
  },
  INVALID_GROUP_ID: { what: 'has a name that the brokers do not accept', remedy: 'change KAFKA_GROUP_ID' },
};

/** @returns an AccessError with the cause and the remedy if access was denied; else the error as it is */
export function explainAccess(error: unknown, attempt: Attempt): unknown {
  const known = [error, rootCause(error)].find((each) => each instanceof AccessError);
  if (known) return known;
  const cause = describeError(rootCause(error));
  const explain = (code: AccessError['code'], what: string, remedy: string): AccessError =>
    new AccessError(code, `${what} (${cause}); ${remedy}`, { cause: error });
  switch (protocolErrorType(error)) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      return explain('TOPIC_NOT_AUTHORIZED', `not authorized for ${topicsOf(attempt)}`, grantTopics(attempt));
    case 'GROUP_AUTHORIZATION_FAILED':
      return explain(
        'GROUP_NOT_AUTHORIZED',
        `not authorized for the group ${attempt.groupId ?? ''}`,
        grant(['Read'], [`--group '${attempt.groupId ?? ''}'`]),
      );
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return explain('CLUSTER_NOT_AUTHORIZED', 'not authorized for the cluster', grantTopics(attempt));
  }
  const join = JOIN_REFUSALS[protocolErrorType(error) ?? ''];
  if (join) return explain('JOIN_REFUSED', `the group ${attempt.groupId ?? ''} ${join.what}`, join.remedy);
  if (protocolErrorType(error) === 'ILLEGAL_SASL_STATE')
    return explain(
      'LOGIN_REFUSED',
      'the brokers accept no login at this listener',
      'name a listener with SASL in KAFKA_BROKERS, or set KAFKA_SECURITY_PROTOCOL to one without SASL',
    );
  if (isRejectedLogin(error) || protocolErrorType(error) === 'UNSUPPORTED_SASL_MECHANISM')
    return explain(
      'LOGIN_REFUSED',
      'the brokers refuse the login',
      'check KAFKA_SASL_MECHANISM and the credentials that go with it',
    );
  return explainConnection(rootCause(error), explain) ?? error;
}

/** Whether an address could not be reached, as opposed to an error response or a failed TLS handshake. */
export function isUnreachableAddress(error: unknown): boolean {
  return isUnreachable(error) && !isTlsFailure(rootCause(error));
}

function isTlsFailure(cause: unknown): boolean {
  return cause instanceof Error && (TLS_CODE.test(codeOf(cause)) || TLS_TEXT.test(cause.message));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function explainConnection(
  cause: unknown,
  explain: (code: AccessError['code'], what: string, remedy: string) => AccessError,
): AccessError | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (isTlsFailure(cause))
    return explain(
      'TLS_HANDSHAKE',
      'no TLS connection to the brokers',
      'check KAFKA_SSL_CA, KAFKA_SSL_CERT and KAFKA_SSL_KEY, and that KAFKA_BROKERS names a listener with TLS',
    );
  if (cause instanceof AdvertisedAddressError)
    return explain(
      'BROKER_UNREACHABLE',
      `a broker cannot be reached at ${cause.address}, the address in its advertised.listeners`,
      'set advertised.listeners to an address that can be reached from here, or check that broker and the network',
    );
  if (cause.name === 'KafkaJSConnectionClosedError')
    return explain(
      'BROKER_UNREACHABLE',
      'a broker closed the connection',
      'check that KAFKA_SECURITY_PROTOCOL is what the listener in KAFKA_BROKERS expects, and the log of the broker',
    );
  if (UNREACHABLE.has(codeOf(cause)) || cause.message === 'Connection timeout')
    return explain(
      'BROKER_UNREACHABLE',
      'no broker can be reached',
      'check KAFKA_BROKERS, the brokers, and the network between',
    );
  return undefined;
}

function topicsOf({ topics }: Attempt): string {
  return topics.length === 1 ? `the topic ${topics[0]}` : `one of the topics ${topics.join(', ')}`;
}

function grantTopics({ operations, topics }: Attempt): string {
  return grant(
    operations,
    topics.map((topic) => `--topic '${topic}'`),
  );
}

function grant(operations: readonly string[], resources: readonly string[]): string {
  const allowed = operations.map((operation) => `--operation ${operation}`).join(' ');
  return `grant it: kafka-acls --add --allow-principal User:<this client> ${allowed} ${resources.join(' ')}`;
}
