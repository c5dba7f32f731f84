import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { type OutsideProbe, probeFromOutside } from '../health/outside-probe.js';
import { Scrape } from './scrape.js';

jest.setTimeout(60_000);

let outside: OutsideProbe | undefined;
afterEach(async () => {
  outside?.stop();
  await stopServices();
});

/** In the middle of a histogram bucket. */
const BLOCKED_MS = 3_500;

/** Blocks like a parser or a regular expression with pathological input. */
function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

describe('an event loop that a handler blocks', () => {
  test('a blocked event loop makes probes time out, and the metrics show it afterwards', async () => {
    const topic = await createTopic(uniqueName('blocking'));
    const handle = (payload: unknown): void => {
      if (payload === 'block') block(BLOCKED_MS);
    };
    const { url, joined } = await startHandlers([{ topic, handle }]);
    await joined();
    const { answers } = (outside = probeFromOutside(`${url}/health/live`, 500));
    await waitFor(() => answers.includes('200'), { what: 'the probe to pass' });
    const before = await Scrape.of(url);
    expect(before.value('nodejs_eventloop_stalls_total')).toBe(0);

    await produce(topic, ['block']);
    await waitFor(() => answers.includes('TimeoutError'), { what: 'the probe to time out' });
    await waitFor(() => answers.at(-1) === '200', { what: 'the probe to pass again' });
    const after = await waitFor(
      async () => {
        const scrape = await Scrape.of(url);
        return (scrape.value('nodejs_eventloop_stalls_total') ?? 0) > 0 && scrape;
      },
      { what: 'the stall to be counted' },
    );
    expect(after.value('nodejs_eventloop_stalled_seconds_total')).toBeGreaterThan(2);
    expect(after.value('kafka_consumer_handler_seconds_bucket', { topic, le: '2.5' })).toBe(0);
    expect(after.value('kafka_consumer_handler_seconds_bucket', { topic, le: '5' })).toBe(1);
  });
});
