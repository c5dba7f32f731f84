import { setTimeout as sleep } from 'node:timers/promises';
import type { InFlightRecord } from '../../pipeline/index.js';
import { Scene } from '../../pipeline/testing/scene.js';
import { HandlerCall, within } from '../../transport/index.js';
import type { IdempotencyStore } from '../idempotency-store.js';

const TIMEOUT_MS = 100;

/** A record whose handler is idempotent, with five attempts and a timeout of 100 ms per call. */
export async function tried(store: IdempotencyStore, handle: () => Promise<void>): Promise<Scene> {
  const invoke = (record: InFlightRecord): unknown =>
    within(new HandlerCall('h', record), () =>
      store.once({ scope: 's', keys: ['k'], signal: record.owner.signalOf(record) }, handle),
    );
  const scene = new Scene('a', { attempts: 5, timeoutMs: TIMEOUT_MS, invoke });
  await scene.fetch();
  return scene;
}

/** Advances the clock of the scene until the condition holds; real event loop turns let a server answer. */
export async function passUntil(scene: Scene, isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo() && turns < 10_000; turns++) {
    await sleep(1);
    await scene.clock.advance(500);
    scene.group.checkTimeouts();
  }
}

/** Advances the clock by a minute of retries. */
export function minute(scene: Scene): Promise<void> {
  const end = scene.clock.now() + 60_000;
  return passUntil(scene, () => scene.clock.now() >= end);
}
