/** The service's settings in every run; the bounds below follow from them. */
export const settings = {
  KAFKA_SESSION_TIMEOUT_MS: '6000',
  KAFKA_HEARTBEAT_INTERVAL_MS: '1000',
  KAFKA_REBALANCE_TIMEOUT_MS: '15000',
  KAFKA_AUTO_COMMIT_INTERVAL_MS: '1000',
  KAFKA_FETCH_MAX_WAIT_MS: '100',
  KAFKA_MAX_IN_FLIGHT: '2000',
  KAFKA_MAX_IN_FLIGHT_BYTES: String(32 * 2 ** 20),
  KAFKA_CONNECTION_TIMEOUT_MS: '2000',
  KAFKA_REQUEST_TIMEOUT_MS: '10000',
  KAFKA_TOPIC_REFRESH_MS: '2000',
  KAFKA_LAG_REFRESH_MS: '5000',
  KAFKA_STUCK_AFTER_MS: '20000',
  SHUTDOWN_TIMEOUT_MS: '10000',
} as const;

const ms = (name: keyof typeof settings): number => Number(settings[name]);

/** Time without heartbeats after which a member loses its partitions. */
export const SESSION_MS = ms('KAFKA_SESSION_TIMEOUT_MS');

/** Time from SIGTERM to SIGKILL, like a pod's grace period: more than the drain may take. */
export const GRACE_MS = ms('SHUTDOWN_TIMEOUT_MS') + 8000;

/**
 * Maximum time from handling a record to its commit: a commit interval, a request that is answered just in
 * time, and the wait behind a failing record (three calls and the delays between them, at most 500 ms each).
 */
export const UNCOMMITTED_MS = ms('KAFKA_AUTO_COMMIT_INTERVAL_MS') + ms('KAFKA_REQUEST_TIMEOUT_MS') + 1500;

/**
 * Maximum time after a fault in which records may be repeated: until a member that was removed has learned of
 * it, at most a session and a rejoin, and a rejoin drains for half of its timeout.
 */
export const AFTER_MS = SESSION_MS + ms('KAFKA_HEARTBEAT_INTERVAL_MS') + ms('KAFKA_REBALANCE_TIMEOUT_MS') / 2;

/**
 * Maximum time after the last fault until the group has caught up: the session times out, the group rejoins, the client's
 * longest retry delay (30 s) is over, and the backlog is worked off.
 */
export const CAUGHT_UP_MS = SESSION_MS + ms('KAFKA_REBALANCE_TIMEOUT_MS') + 30_000 + 15_000;

/** Maximum memory of an instance: Node and the service, twice the in-flight limit, and garbage. */
export const PEAK_RSS_BYTES = 300 * 2 ** 20 + 2 * ms('KAFKA_MAX_IN_FLIGHT_BYTES');

/** Period, timeout and failure threshold of the liveness probe. */
export const PROBE = { everyMs: 2000, timeoutMs: 1000, failures: 3 } as const;
