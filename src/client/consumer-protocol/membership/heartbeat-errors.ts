/** What a member does after an error answer to a heartbeat. */
export type HeartbeatFailure = 'coordinator moved' | 'retry' | 'removed' | 'fenced' | 'refused';

const FAILURES: Readonly<Record<string, HeartbeatFailure | undefined>> = {
  NOT_COORDINATOR: 'coordinator moved',
  COORDINATOR_NOT_AVAILABLE: 'coordinator moved',
  COORDINATOR_LOAD_IN_PROGRESS: 'retry',
  REQUEST_TIMED_OUT: 'retry',
  NETWORK_EXCEPTION: 'retry',
  UNKNOWN_MEMBER_ID: 'removed',
  FENCED_MEMBER_EPOCH: 'fenced',
};

/**
 * Classifies an error answer. After `removed`, the group does not know the member; after `fenced`, it still does, under
 * another epoch. `refused` is any other error: the group does not accept such a member.
 */
export function heartbeatFailureOf(error: string): HeartbeatFailure {
  return FAILURES[error] ?? 'refused';
}
