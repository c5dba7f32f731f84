import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs-pinned';
import { withAdmin } from '../kafka/index.js';
import type { Received } from './received.js';
import { type Position, positions, tutorialTopics } from './topics.js';

/** The state of the demo after it has sent everything. */
export interface Settled {
  readonly positions: readonly Position[];
  /** Problems; empty if everything was received and committed. */
  readonly problems: readonly string[];
}

/**
 * Waits until everything that was sent was received and committed.
 * @param patienceMs gives up after this time without progress
 */
export async function waitUntilSettled(
  kafka: Kafka,
  group: string,
  received: Received,
  sent: number,
  patienceMs: number,
): Promise<Settled> {
  return withAdmin(kafka, async (admin) => {
    let before = '';
    let deadline = 0;
    for (;;) {
      const now = await positions(admin, group);
      const problems = problemsOf(now, received.missing(tutorialTopics, sent));
      if (problems.length === 0) return { positions: now, problems };
      const state = `${received.total} ${now.map(({ committed }) => committed).join()}`;
      if (state !== before) deadline = Date.now() + patienceMs;
      else if (Date.now() > deadline) return { positions: now, problems };
      before = state;
      await delay(250);
    }
  });
}

function problemsOf(found: readonly Position[], missing: string | undefined): string[] {
  const behind = found
    .filter(({ lag }) => lag > 0n)
    .map(({ topic, partition, lag }) => `${lag} records of ${topic}[${partition}] are not committed`);
  return missing === undefined ? behind : [missing, ...behind];
}
