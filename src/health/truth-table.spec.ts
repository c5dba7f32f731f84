import { describe, expect, test } from '@jest/globals';
import type { GroupSnapshot, PartitionSnapshot, StalledRecord } from '../transport/index.js';
import { runningGroup } from './testing/running-group.js';
import { isQuiet, livenessProblem, readinessProblem, startupProblem } from './truth-table.js';

const limits = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 60_000, stuckAfterMs: 60_000 };
const NOW = 10_000_000;

const partition: PartitionSnapshot = {
  topic: 't',
  partition: 3,
  committableOffset: '42',
  committed: '42',
  reachableOffset: '50',
  lag: 8,
  inFlight: 1,
  paused: false,
  pauseReasons: [],
  stalledForMs: 0,
  parked: 0,
  activeCalls: 0,
  waitingForRetry: 0,
  oldest: undefined,
  stuck: [],
  unresponsive: [],
  notStartedReason: undefined,
};

const view = (
  status: Partial<GroupSnapshot> = {},
  ...partitions: Partial<PartitionSnapshot>[]
): GroupSnapshot => ({
  ...runningGroup,
  lastHeartbeatAt: NOW - 1_000,
  lastProgressAt: NOW - 1_000,
  assignedCount: partitions.length,
  partitions: partitions.map((each) => ({ ...partition, ...each })),
  ...status,
});
const record = (ageMs: number): StalledRecord => ({
  topic: 't',
  partition: 3,
  offset: '42',
  writtenAt: NOW - ageMs,
  ageMs,
  failures: 7,
  state: 'to be retried in 5 ms',
  lastError: 'TypeError: x is not a function',
});

const ready = (of: GroupSnapshot) => readinessProblem(of, limits, NOW);
const live = (of: GroupSnapshot, unansweredAt = 0) => livenessProblem(of, limits, NOW, unansweredAt);

describe('startup', () => {
  test('startup is down with a reason until the first join, and never after', () => {
    const notYet = view({
      everJoined: false,
      phase: 'connecting',
      lastError: { at: NOW, message: 'ECONNREFUSED' },
    });
    expect(startupProblem(notYet)).toContain('ECONNREFUSED');
    const waiting = view({ everJoined: false, phase: 'waiting-for-topics', missingTopics: ['orders'] });
    expect(startupProblem(waiting)).toContain('orders');
    expect(startupProblem(view({ phase: 'connecting', lastHeartbeatAt: 0 }))).toBeUndefined();
  });
});

describe('ready', () => {
  test('readiness is down before the join, while draining, and after no broker has answered for a session timeout', () => {
    expect(ready(view({ everJoined: false, phase: 'connecting' }))).toBeDefined();
    expect(ready(view({ phase: 'draining' }))).toContain('draining');
    const lastError = { at: NOW, message: 'ECONNREFUSED' };
    expect(ready(view({ phase: 'connecting', lastHeartbeatAt: NOW - 30_001, lastError }))).toBe(
      'no broker has answered for 30001 ms: ECONNREFUSED',
    );
    expect(ready(view({ lastHeartbeatAt: NOW - 30_001 }))).toContain('no broker has answered');
  });

  test('readiness is down for a stuck record, with its position, number of failures and last error', () => {
    const problem = ready(view({}, { oldest: record(60_001) }));
    expect(problem).toContain('t[3] at offset 42 for 60001 ms');
    expect(problem).toContain('failed 7 times, last error: TypeError: x is not a function');
  });

  test('readiness is down at once, at any age of the record, for a problem that an operator must fix', () => {
    const stuck = {
      ...record(5),
      kind: 'not stored' as const,
      why: 'a failed record cannot be stored (TIMEOUT)',
    };
    expect(ready(view({}, { stuck: [stuck] }))).toBe(
      'a failed record cannot be stored (TIMEOUT): t[3] at offset 42 for 5 ms, to be retried in 5 ms, ' +
        'failed 7 times, last error: TypeError: x is not a function',
    );
    expect(ready(view({}, { notStartedReason: 't[3]: the parking topic cannot be read' }))).toContain('t[3]');
    expect(live(view({}, { stuck: [stuck], notStartedReason: 't[3]' }))).toBeUndefined();
  });

  test('readiness stays up for a rebalance of any permitted length, for a member without partitions, and while idle', () => {
    for (const phase of ['rebalancing', 'connecting'] as const) {
      expect(ready(view({ phase, lastHeartbeatAt: NOW - 89_000 }))).toBeUndefined();
      expect(ready(view({ phase, lastHeartbeatAt: NOW - 90_001 }))).toContain('no broker has answered');
    }
    expect(ready(view({ assignment: [] }))).toBeUndefined();
    expect(ready(view({}, { oldest: record(59_000) }))).toBeUndefined();
  });
});

describe('live', () => {
  test('liveness is down for a handler that does not stop, and for a consumer that is not restarted', () => {
    expect(live(view({}, { unresponsive: [record(5_000)] }))).toContain('t[3] at offset 42');
    expect(live(view({ ended: true }))).toContain('not restarted');
  });

  test('liveness is down without progress for three session timeouts in which a broker answered', () => {
    const silent = view({ lastProgressAt: NOW - 90_001 });
    expect(live(silent)).toContain('no progress for 90001 ms');
    expect(live(silent, NOW)).toBeUndefined();
    expect(live(silent, NOW - 89_000)).toBeUndefined();
  });

  test('liveness checks for a broker after one session timeout without progress', () => {
    expect(isQuiet(view({ lastProgressAt: NOW - 29_000 }), limits, NOW)).toBe(false);
    expect(isQuiet(view({ lastProgressAt: NOW - 31_000 }), limits, NOW)).toBe(true);
  });

  test('liveness stays up while the brokers reject the client, which a restart would not change', () => {
    expect(
      live(view({ phase: 'connecting', accessProblem: 'the login', lastProgressAt: 0 })),
    ).toBeUndefined();
    expect(live(view({ accessProblem: 'the login', ended: true }))).toContain('not restarted');
  });

  test('liveness stays up without brokers, in a rebalance, with lag, a failing handler, and missing topics', () => {
    expect(live(view({ phase: 'connecting', lastHeartbeatAt: 0 }))).toBeUndefined();
    expect(live(view({ phase: 'rebalancing', lastProgressAt: NOW - 149_000 }))).toBeUndefined();
    expect(live(view({}, { oldest: record(10_000_000) }))).toBeUndefined();
    expect(live(view({ phase: 'waiting-for-topics', lastProgressAt: 0 }))).toBeUndefined();
    expect(live(view({ phase: 'draining', ended: true }))).toBeUndefined();
  });
});
