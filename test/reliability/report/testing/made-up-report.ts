import type { Check, FaultEvent, Report, Result, Sample } from '../result.js';

/** A result with known texts and numbers, with the changes of a test. */
export function madeUpResult(different: Partial<Result> = {}): Result {
  return {
    scenario: 'killed instances',
    description: 'Instances are killed while records come in.',
    runtime: 'ours',
    seed: 7,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 60_000,
    replay: 'npm run reliability -- --scenario killed --seed 7',
    counts: {
      acknowledged: 12_345,
      unacknowledged: 3,
      handled: 12_340,
      repeated: 17,
      deadLettered: 2,
      gone: 5,
      caughtUpAfterMs: 4200,
    },
    faults: [
      { fault: 'kill', target: 'service-1', fromMs: 10_000, toMs: 10_000 },
      { fault: 'kill', target: 'service-2', fromMs: 20_000, toMs: 20_000 },
      { fault: 'pause', target: 'broker-1', fromMs: 30_000, toMs: 40_000 },
    ],
    samples: madeUpSamples(60, ['service-1', 'service-2']),
    checks: [
      { name: 'lost', passed: true, measured: '0', bound: '0', examples: [] },
      {
        name: 'repeats',
        passed: true,
        measured: '17',
        bound: '200: KAFKA_MAX_IN_FLIGHT × 2 kills',
        examples: [],
      },
    ],
    ...different,
  };
}

/** A report of these results. */
export function madeUpReport(...results: readonly Result[]): Report {
  return {
    command: 'npm run reliability',
    machine: '2 cores, 8 GiB',
    settings: { KAFKA_MAX_IN_FLIGHT: '100', KAFKA_SESSION_TIMEOUT_MS: '30000' },
    results,
  };
}

/** The check that failed, with an example. */
export function lost(measured: string): Check {
  return { name: 'lost', passed: false, measured, bound: '0', examples: ['orders[2]@15231'] };
}

/** One sample per second: totals grow, and instances alternate in not running. */
export function madeUpSamples(seconds: number, instances: readonly string[]): readonly Sample[] {
  return Array.from({ length: seconds }, (_, second) => {
    const handled = second * 1000 + Math.round(200 * Math.sin(second / 5));
    const running = instances.filter((_name, index) => (second + index * 10) % 50 > 5);
    return {
      atMs: second * 1000,
      acknowledged: second * 1000 + 300,
      handled,
      repeated: Math.floor(second / 10) * 5,
      failed: Math.floor(second / 20),
      behind: second * 1000 + 300 - handled,
      rebalances: Math.floor(second / 15),
      rssBytes: Object.fromEntries(running.map((name) => [name, (150 + (second % 40)) * 1024 * 1024])),
    };
  });
}

/** Consecutive faults over a whole run. */
export function madeUpFaults(count: number, durationMs: number): readonly FaultEvent[] {
  const kinds = ['kill', 'pause', 'slow network', 'full disk', 'partition'];
  return Array.from({ length: count }, (_, index) => ({
    fault: kinds[index % kinds.length] ?? 'kill',
    target: `service-${(index % 3) + 1}`,
    fromMs: (index * durationMs) / count,
    toMs: ((index + 0.4) * durationMs) / count,
  }));
}
