import type { GroupStatus, StalledRecord, StuckRecord } from '../transport/index.js';

/** The state of a group's consumer that the probes evaluate. */
export interface GroupView {
  readonly status: GroupStatus;
  /** The record that has blocked a committable offset for the longest time. */
  readonly oldest: StalledRecord | undefined;
  /** Records that block their partition until somebody acts, whatever their age. */
  readonly stuck: readonly StuckRecord[];
  /** Why partitions may not start handling records yet. */
  readonly unopened: readonly string[];
  /** Records whose handlers were aborted and are still running. */
  readonly unresponsive: readonly StalledRecord[];
}

/** The limits of the probes, in ms. */
export interface HealthLimits {
  readonly sessionTimeoutMs: number;
  /** How long a rebalance may take; the coordinator does not answer during that time. */
  readonly rebalanceTimeoutMs: number;
  readonly stuckAfterMs: number;
}

/** Down until the consumer has joined its group for the first time, then always up. */
export function startupProblem({ status }: GroupView): string | undefined {
  if (status.everJoined) return undefined;
  if (status.lastError) return `not joined yet: ${status.lastError.message}`;
  if (status.phase === 'waiting-for-topics') {
    return `not joined yet: none of its topics exists: ${status.missingTopics.join(', ')}${hiddenOf(status)}`;
  }
  return 'not joined yet';
}

/** Kafka gives the same answer for a topic that does not exist and for one that the client is not allowed to see. */
function hiddenOf({ hiddenTopics }: GroupStatus): string {
  if (hiddenTopics.length === 0) return '';
  const topics = hiddenTopics.map((topic) => `--topic '${topic}'`).join(' ');
  return (
    `, or this client may not see it: grant kafka-acls --add --allow-principal User:<this client> ` +
    `--operation Read ${topics}`
  );
}

/** Down while the service cannot make progress; a rebalance, idleness and an empty assignment count as up. */
export function readinessProblem(view: GroupView, limits: HealthLimits, now: number): string | undefined {
  const { status, oldest } = view;
  if (status.phase === 'draining' || status.phase === 'stopped') return `the service is ${status.phase}`;
  const notStarted = startupProblem(view);
  if (notStarted) return notStarted;
  if (status.accessProblem) return status.accessProblem;
  const silentMs = now - status.lastHeartbeatAt;
  // During a rebalance the coordinator answers only after all members have joined.
  const waitsForOthers = isJoining(status) && !status.lastError;
  if (silentMs > limits.sessionTimeoutMs + (waitsForOthers ? limits.rebalanceTimeoutMs : 0)) {
    const why = status.lastError ? `: ${status.lastError.message}` : '';
    return `no broker has answered for ${silentMs} ms${why}`;
  }
  const [refusedTopic] = status.retryTopicProblems;
  if (refusedTopic) return refusedTopic;
  const [unreadable] = status.unreadableBatches.values();
  if (unreadable) return unreadable;
  const [unopened] = view.unopened;
  if (unopened) return unopened;
  const [stuck] = view.stuck;
  if (stuck) return `${stuck.why}: ${describeStalled(stuck)}`;
  if (oldest && oldest.ageMs > limits.stuckAfterMs) return `stuck: ${describeStalled(oldest)}`;
  return undefined;
}

/** Whether to check that a broker answers: the group has made no progress for a session timeout. */
export function isQuiet({ status }: GroupView, { sessionTimeoutMs }: HealthLimits, now: number): boolean {
  return now - status.lastProgressAt > sessionTimeoutMs;
}

/** Whether the member waits for a rebalance; a client that is connecting waits for one too. */
function isJoining({ phase }: GroupStatus): boolean {
  return phase === 'rebalancing' || phase === 'connecting';
}

/** How long a group may make no progress although a broker answers. */
function progressLimitMs(status: GroupStatus, limits: HealthLimits): number {
  return 3 * limits.sessionTimeoutMs + (isJoining(status) ? limits.rebalanceTimeoutMs : 0);
}

/** Phases in which no progress is expected. */
const RESTING: ReadonlySet<GroupStatus['phase']> = new Set(['waiting-for-topics', 'draining', 'stopped']);

/**
 * Down only if a restart can help.
 * @param unansweredAt the last time that no broker answered a check, in ms since the epoch. The time without progress
 * counts from then, so that the client has time to find a broker that is back.
 */
export function livenessProblem(
  view: GroupView,
  limits: HealthLimits,
  now: number,
  unansweredAt: number,
): string | undefined {
  const { status, unresponsive } = view;
  const rests = RESTING.has(status.phase);
  if (status.ended && !rests) return 'the consumer has ended and is not rebuilt';
  const [hung] = unresponsive;
  if (hung) return `a handler does not stop although it was aborted: ${describeStalled(hung)}`;
  // A missing permission is granted by an administrator; a restart would not help.
  const mayProgress = !rests && status.accessProblem === undefined;
  const stalledMs = now - Math.max(status.lastProgressAt, unansweredAt);
  if (mayProgress && stalledMs > progressLimitMs(status, limits)) {
    const why = status.lastError ? `; last error: ${status.lastError.message}` : '';
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
