import { AccessError } from '../access.error.js';
import { describeError } from '../../pipeline/index.js';
import { AdvertisedAddressError } from './advertised-address.error.js';
import { isRefusedLogin, isUnreachable, protocolErrorType, rootCause } from './errors.js';

/** What was being done when a broker said no. */
export interface Attempt {
  /** All that the client needs for it, by the names of `kafka-acls`; each implies Describe. */
  readonly operations: readonly ('Read' | 'Write' | 'Create' | 'Alter')[];
  readonly topics: readonly string[];
  readonly groupId?: string;
}

/** OpenSSL's and Node's codes for a certificate, or a handshake, that one of the two sides does not accept. */
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

/** Why a group does not take a member in, by Kafka's name: whoever tries again is told the same. */
const JOIN_REFUSALS: Readonly<
  Record<string, { readonly what: string; readonly remedy: string } | undefined>
> = {
  INCONSISTENT_GROUP_PROTOCOL: {
    what: 'has members that share partitions out in another way (another partition assignor)',
    remedy:
      'give this service a KAFKA_GROUP_ID of its own, or stop all members of the other kind before it starts: ' +
      'their committed offsets stay',
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

/** The error as an AccessError where it is one of access; else as it is. */
export function explainAccess(error: unknown, attempt: Attempt): unknown {
  const known = [error, rootCause(error)].find((each) => each instanceof AccessError);
  if (known) return known;
  const said = describeError(rootCause(error));
  const explain = (code: AccessError['code'], what: string, remedy: string): AccessError =>
    new AccessError(code, `${what} (${said}); ${remedy}`, { cause: error });
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
      'the brokers take no login at this listener',
      'have KAFKA_BROKERS name a listener with SASL, or set KAFKA_SECURITY_PROTOCOL to one without it',
    );
  if (isRefusedLogin(error) || protocolErrorType(error) === 'UNSUPPORTED_SASL_MECHANISM')
    return explain(
      'LOGIN_REFUSED',
      'the brokers refuse the login',
      'check KAFKA_SASL_MECHANISM and the credentials that go with it',
    );
  return explainConnection(rootCause(error), explain) ?? error;
}

/** Whether nobody answered at an address, as opposed to a broker that answered no, or a TLS handshake that failed. */
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
      `a broker can not be reached at ${cause.address}, where its advertised.listeners says that it is`,
      'have advertised.listeners name an address that can be reached from here, or check that broker and the network',
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
