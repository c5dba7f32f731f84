import type { GroupSnapshot, PartitionSnapshot, StalledRecord } from '../transport/index.js';

/** The limits of the probes, in ms. */
export interface HealthLimits {
  readonly sessionTimeoutMs: number;
  /** How long a rebalance may take; the coordinator does not answer during that time. */
  readonly rebalanceTimeoutMs: number;
  readonly stuckAfterMs: number;
}

/** Down until the consumer has joined its group for the first time, then always up. */
export function startupProblem(group: GroupSnapshot): string | undefined {
  if (group.everJoined) return undefined;
  if (group.lastError) return `not joined yet: ${group.lastError.message}`;
  if (group.phase === 'waiting-for-topics') {
    return `not joined yet: none of its topics exists: ${group.missingTopics.join(', ')}${hiddenOf(group)}`;
  }
  return 'not joined yet';
}

/** Kafka returns the same error for a topic that does not exist and for one that the client may not see. */
function hiddenOf({ hiddenTopics }: GroupSnapshot): string {
  if (hiddenTopics.length === 0) return '';
  const topics = hiddenTopics.map((topic) => `--topic '${topic}'`).join(' ');
  return (
    `, or this client may not see it: grant kafka-acls --add --allow-principal User:<this client> ` +
    `--operation Read ${topics}`
  );
}

/** Down while the service cannot make progress; a rebalance, idleness and an empty assignment count as up. */
export function readinessProblem(
  group: GroupSnapshot,
  limits: HealthLimits,
  now: number,
): string | undefined {
  if (group.phase === 'draining' || group.phase === 'stopped') return `the service is ${group.phase}`;
  const notStarted = startupProblem(group);
  if (notStarted) return notStarted;
  if (group.accessProblem) return group.accessProblem;
  const silentMs = now - group.lastHeartbeatAt;
  // During a rebalance the coordinator answers only after all members have joined.
  const waitsForOthers = isJoining(group) && !group.lastError;
  if (silentMs > limits.sessionTimeoutMs + (waitsForOthers ? limits.rebalanceTimeoutMs : 0)) {
    const why = group.lastError ? `: ${group.lastError.message}` : '';
    return `no broker has answered for ${silentMs} ms${why}`;
  }
  return (
    group.retryTopicProblems[0] ??
    group.unreadableBatches[0] ??
    group.partitions.find(({ notStartedReason }) => notStartedReason !== undefined)?.notStartedReason ??
    stuckProblem(group, limits)
  );
}

/**
 * A record that blocks its partition until an operator or a dependency resolves the cause counts at once; any other
 * after `stuckAfterMs`.
 */
function stuckProblem(group: GroupSnapshot, { stuckAfterMs }: HealthLimits): string | undefined {
  const [stuck] = group.partitions.flatMap((partition) => partition.stuck);
  if (stuck) return `${stuck.why}: ${describeStalled(stuck)}`;
  const oldest = oldestInFlight(group.partitions);
  return oldest && oldest.ageMs > stuckAfterMs ? `stuck: ${describeStalled(oldest)}` : undefined;
}

/**
 * The record that has blocked a committable offset for the longest time; partitions that an operator has paused do
 * not count.
 */
export function oldestInFlight(partitions: readonly PartitionSnapshot[]): StalledRecord | undefined {
  return partitions
    .filter(({ pauseReasons }) => !pauseReasons.includes('paused by an operator'))
    .flatMap(({ oldest }) => oldest ?? [])
    .toSorted((a, b) => b.ageMs - a.ageMs)[0];
}

/** Whether to check that a broker answers: the group has made no progress for a session timeout. */
export function isQuiet(
  { lastProgressAt }: GroupSnapshot,
  { sessionTimeoutMs }: HealthLimits,
  now: number,
): boolean {
  return now - lastProgressAt > sessionTimeoutMs;
}

/** Whether the member waits for a rebalance; a client that is connecting waits for one too. */
function isJoining({ phase }: GroupSnapshot): boolean {
  return phase === 'rebalancing' || phase === 'connecting';
}

/** How long a group may make no progress although a broker answers, in ms. */
function progressLimitMs(group: GroupSnapshot, limits: HealthLimits): number {
  return 3 * limits.sessionTimeoutMs + (isJoining(group) ? limits.rebalanceTimeoutMs : 0);
}

/** Phases in which no progress is expected. */
const WITHOUT_PROGRESS: ReadonlySet<GroupSnapshot['phase']> = new Set([
  'waiting-for-topics',
  'draining',
  'stopped',
]);

/**
 * Down only if a restart can help.
 * @param unansweredAt the last time that no broker answered a check, in ms since the epoch. The time without progress
 * counts from then, so that the client has time to find a broker that is back.
 */
export function livenessProblem(
  group: GroupSnapshot,
  limits: HealthLimits,
  now: number,
  unansweredAt: number,
): string | undefined {
  const expectsNoProgress = WITHOUT_PROGRESS.has(group.phase);
  if (group.ended && !expectsNoProgress) return 'the consumer has ended and is not restarted';
  const [hung] = group.partitions.flatMap(({ unresponsive }) => unresponsive);
  if (hung) return `a handler does not stop although it was aborted: ${describeStalled(hung)}`;
  // A missing permission is granted by an administrator; a restart would not help.
  const mayProgress = !expectsNoProgress && group.accessProblem === undefined;
  const stalledMs = now - Math.max(group.lastProgressAt, unansweredAt);
  if (mayProgress && stalledMs > progressLimitMs(group, limits)) {
    const why = group.lastError ? `; last error: ${group.lastError.message}` : '';
    return `no progress for ${stalledMs} ms although a broker answers${why}`;
  }
  return undefined;
}

function describeStalled({
  topic,
  partition,
  offset,
  ageMs,
  failures,
  state,
  lastError,
}: StalledRecord): string {
  const error = lastError === undefined ? '' : `, last error: ${lastError}`;
  return `${topic}[${partition}] at offset ${offset} for ${ageMs} ms, ${state}, failed ${failures} times${error}`;
}
