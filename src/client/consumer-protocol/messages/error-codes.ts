import { CodedError } from '../../../errors/index.js';

/** Kafka's names of the errors that a member of a group may be answered with, by their codes. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'OFFSET_OUT_OF_RANGE',
  2: 'CORRUPT_MESSAGE',
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_OR_FOLLOWER',
  7: 'REQUEST_TIMED_OUT',
  9: 'REPLICA_NOT_AVAILABLE',
  12: 'OFFSET_METADATA_TOO_LARGE',
  13: 'NETWORK_EXCEPTION',
  14: 'COORDINATOR_LOAD_IN_PROGRESS',
  15: 'COORDINATOR_NOT_AVAILABLE',
  16: 'NOT_COORDINATOR',
  22: 'ILLEGAL_GENERATION',
  24: 'INVALID_GROUP_ID',
  25: 'UNKNOWN_MEMBER_ID',
  28: 'INVALID_COMMIT_OFFSET_SIZE',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  30: 'GROUP_AUTHORIZATION_FAILED',
  31: 'CLUSTER_AUTHORIZATION_FAILED',
  35: 'UNSUPPORTED_VERSION',
  42: 'INVALID_REQUEST',
  56: 'KAFKA_STORAGE_ERROR',
  69: 'GROUP_ID_NOT_FOUND',
  74: 'FENCED_LEADER_EPOCH',
  75: 'UNKNOWN_LEADER_EPOCH',
  78: 'OFFSET_NOT_AVAILABLE',
  81: 'GROUP_MAX_SIZE_REACHED',
  82: 'FENCED_INSTANCE_ID',
  88: 'UNSTABLE_OFFSET_COMMIT',
  89: 'THROTTLING_QUOTA_EXCEEDED',
  100: 'UNKNOWN_TOPIC_ID',
  103: 'INCONSISTENT_TOPIC_ID',
  110: 'FENCED_MEMBER_EPOCH',
  111: 'UNRELEASED_INSTANCE_ID',
  112: 'UNSUPPORTED_ASSIGNOR',
  113: 'STALE_MEMBER_EPOCH',
  119: 'REBOOTSTRAP_REQUIRED',
  128: 'INVALID_REGULAR_EXPRESSION',
};

/** @returns Kafka's name for an error code; `NONE` for 0 */
export function errorName(code: number): string {
  return code === 0 ? 'NONE' : (NAMES[code] ?? `ERROR_${code}`);
}

/** A broker answered a request with an error. */
export class BrokerAnswerError extends CodedError {
  readonly code = 'BROKER_ANSWER';

  /**
   * @param type Kafka's name of the error, such as `STALE_MEMBER_EPOCH`
   * @param request Kafka's name of the request, such as `OffsetCommit`
   * @param detail the broker's own words, or what the answer was about
   */
  constructor(
    readonly type: string,
    request: string,
    detail?: string | null,
  ) {
    super(`${request} was answered with ${type}${detail ? `: ${detail}` : ''}`);
  }
}
