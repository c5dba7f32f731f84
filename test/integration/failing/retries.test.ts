import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
afterEach(async () => {
  await stopServices();
  jest.restoreAllMocks();
});

const retry = { attempts: Infinity, initialMs: 100 };
const TRIES = 6;
const PARTITIONS = 40;
/** Tolerance for timers and a busy machine. */
const LATE_MS = 250;

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** The delays between the attempts of a partition. */
function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((at, n) => at - (times[n] ?? at));
}

describe('the delays between the tries of a record', () => {
  test('the delays between attempts double, and differ between records', async () => {
    const topic = await createTopic(uniqueName('delays'), { partitions: PARTITIONS });
    const tries = new Map<number, number[]>();
    const handle = (_payload: unknown, { owner }: { owner: { partition: number } }): void => {
      const times = tries.get(owner.partition) ?? [];
      tries.set(owner.partition, [...times, performance.now()]);
      if (times.length + 1 < TRIES) throw new Error('not yet');
    };
    await produce(
      topic,
      Array.from({ length: PARTITIONS }, (_, partition) => ({ value: 'x', partition })),
    );
    await startHandlers([{ topic, handle, options: { retry } }]);
    const all = (): number[][] => [...tries.values()];
    await waitFor(() => all().length === PARTITIONS && all().every((times) => times.length === TRIES), {
      what: `${TRIES} tries in each of ${PARTITIONS} partitions`,
      timeoutMs: 30_000,
    });

    for (let failure = 1; failure < TRIES; failure++) {
      const delays = all().map((times) => gaps(times)[failure - 1] ?? NaN);
      const boundMs = 100 * 2 ** (failure - 1);
      expect(Math.max(...delays)).toBeLessThan(boundMs + LATE_MS);
      // Full jitter: uniformly distributed between 0 and the bound.
      expect(mean(delays)).toBeGreaterThan(boundMs * 0.3);
      expect(Math.min(...delays)).toBeLessThan(boundMs * 0.35 + LATE_MS);
      expect(new Set(delays.map(Math.round)).size).toBeGreaterThan(PARTITIONS / 4);
    }
  });

  test('the delays between attempts never exceed 30 s', async () => {
    const topic = await createTopic(uniqueName('cap'));
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    let tries = 0;
    const handle = (): void => {
      tries++;
      // No delay before this time, and the longest possible one from here on.
      if (tries === 40) random.mockReturnValue(1 - Number.EPSILON);
      throw new Error('for ever');
    };
    await produce(topic, ['x']);
    const { runtime } = await startHandlers([{ topic, handle, options: { retry } }]);
    await waitFor(() => tries === 40, { what: '40 tries' });
    const [partition] = runtime.groups[0]?.pipeline.partitions ?? [];
    const waitMs = (partition?.status.oldest?.retryAt ?? 0) - Date.now();
    expect(waitMs).toBeLessThanOrEqual(30_000);
    expect(waitMs).toBeGreaterThan(25_000);
  });
});
