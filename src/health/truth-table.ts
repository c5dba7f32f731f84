import type { GroupStatus, StalledRecord, StuckRecord } from '../transport/index.js';

/** What the probes judge a group's consumer by. */
export interface GroupView {
  readonly status: GroupStatus;
  /** The record whose committable offset has not moved for the longest time. */
  readonly oldest: StalledRecord | undefined;
  /** What keeps a partition from going on, whatever its age. */
  readonly stuck: readonly StuckRecord[];
  /** Partitions in which nothing may be handled yet, and why. */
  readonly unopened: readonly string[];
  /** Records whose handlers were told to stop and did not. */
  readonly unresponsive: readonly StalledRecord[];
}

/** The limits of the probes, in ms. */
export interface HealthLimits {
  readonly sessionTimeoutMs: number;
  /** How long a rebalance may take, in which nothing is heard of the broker. */
  readonly rebalanceTimeoutMs: number;
  readonly stuckAfterMs: number;
}

/** Down until the consumer has joined for the first time, and never after. */
export function startupProblem({ status }: GroupView): string | undefined {
  if (status.everJoined) return undefined;
  if (status.lastError) return `not joined yet: ${status.lastError.message}`;
  if (status.phase === 'waiting-for-topics') {
    return `not joined yet: none of its topics exists: ${status.missingTopics.join(', ')}${hiddenOf(status)}`;
  }
  return 'not joined yet';
}

/** Kafka does not tell a topic that is not there from one that must not be seen. */
function hiddenOf({ hiddenTopics }: GroupStatus): string {
  if (hiddenTopics.length === 0) return '';
  const topics = hiddenTopics.map((topic) => `--topic '${topic}'`).join(' ');
  return (
    `, or this client may not see it: grant kafka-acls --add --allow-principal User:<this client> ` +
    `--operation Read ${topics}`
  );
}

/** Down while the service should get no new work; never for a rebalance, for idling, or for having no partition. */
export function readinessProblem(view: GroupView, limits: HealthLimits, now: number): string | undefined {
  const { status, oldest } = view;
  if (status.phase === 'draining' || status.phase === 'stopped') return `the service is ${status.phase}`;
  const notStarted = startupProblem(view);
  if (notStarted) return notStarted;
  if (status.refusal) return status.refusal;
  const silentMs = now - status.lastHeartbeatAt;
  // In a rebalance the coordinator is silent until all members have joined.
  const waitsForOthers = isJoining(status) && !status.lastError;
  if (silentMs > limits.sessionTimeoutMs + (waitsForOthers ? limits.rebalanceTimeoutMs : 0)) {
    const why = status.lastError ? `: ${status.lastError.message}` : '';
    return `no broker has answered for ${silentMs} ms${why}`;
  }
  const [refusedTopic] = status.refusedTopics;
  if (refusedTopic) return refusedTopic;
  const [unreadable] = status.unreadable.values();
  if (unreadable) return unreadable;
  const [unopened] = view.unopened;
  if (unopened) return unopened;
  const [stuck] = view.stuck;
  if (stuck) return `${stuck.why}: ${describeStalled(stuck)}`;
  if (oldest && oldest.ageMs > limits.stuckAfterMs) return `stuck: ${describeStalled(oldest)}`;
  return undefined;
}

/** Whether there is reason to ask if a broker answers: the group has made no progress for a session timeout. */
export function isQuiet({ status }: GroupView, { sessionTimeoutMs }: HealthLimits, now: number): boolean {
  return now - status.lastProgressAt > sessionTimeoutMs;
}

/** A new client, too, waits for a rebalance. */
function isJoining({ phase }: GroupStatus): boolean {
  return phase === 'rebalancing' || phase === 'connecting';
}

/** How long a group may go without progress although a broker answers. */
function progressLimitMs(status: GroupStatus, limits: HealthLimits): number {
  return 3 * limits.sessionTimeoutMs + (isJoining(status) ? limits.rebalanceTimeoutMs : 0);
}

/** Phases in which there is nothing to make progress with. */
const RESTING: ReadonlySet<GroupStatus['phase']> = new Set(['waiting-for-topics', 'draining', 'stopped']);

/**
 * Down only where a restart is the cure.
 * @param unansweredAt when no broker answered, the last time that one was asked, in ms since the epoch: from then
 * on the group had nobody to make progress with, and a broker that is back is given time to be found
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
  if (hung) return `a handler does not stop although it was told to: ${describeStalled(hung)}`;
  // What brokers refuse is for an administrator to grant: a restart would be refused the same.
  const mayProgress = !rests && status.refusal === undefined;
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
