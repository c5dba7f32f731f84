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

/** How long a member may be silent before its partitions are another's. */
export const SESSION_MS = ms('KAFKA_SESSION_TIMEOUT_MS');

/** What an instance that was told to stop gets until it is killed, as a pod's grace period: more than it may drain. */
export const GRACE_MS = ms('SHUTDOWN_TIMEOUT_MS') + 8000;

/**
 * How long a record that was handled may stay uncommitted: a commit interval, a request that has its answer just in
 * time, and what one waits behind a record that fails (three calls and the waits between them, 500 ms at most each).
 */
export const UNCOMMITTED_MS = ms('KAFKA_AUTO_COMMIT_INTERVAL_MS') + ms('KAFKA_REQUEST_TIMEOUT_MS') + 1500;

/**
 * How long after a fault what was handled may still be repeated: until a member that was shut out has learned of
 * it, at most a session and the rejoin that it was away from; and a rejoin drains for half of its own timeout.
 */
export const AFTER_MS = SESSION_MS + ms('KAFKA_HEARTBEAT_INTERVAL_MS') + ms('KAFKA_REBALANCE_TIMEOUT_MS') / 2;

/**
 * How long the group may take to be caught up after the last fault: its session ends, it rejoins, the client's
 * longest wait before it tries again (30 s) is over, and the backlog is worked off.
 */
export const CAUGHT_UP_MS = SESSION_MS + ms('KAFKA_REBALANCE_TIMEOUT_MS') + 30_000 + 15_000;

/** What an instance may take at most: Node and the service, twice what is in flight, and V8's slack for garbage. */
export const PEAK_RSS_BYTES = 300 * 2 ** 20 + 2 * ms('KAFKA_MAX_IN_FLIGHT_BYTES');

/** How often the fleet looks at an instance's liveness, how long it waits, and how many failures end it. */
export const PROBE = { everyMs: 2000, timeoutMs: 1000, failures: 3 } as const;
