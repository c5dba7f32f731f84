import { sleep } from './meter.mjs';

const LOOPS = 10;
const ROUNDS = 200;

/**
 * The real duration of a wait of `ms` in this process, with as many concurrent waits as there are keys. Timers
 * have a limited resolution, which no consumer can change.
 * @returns {Promise<number>} the mean, in milliseconds
 */
export async function calibrate(ms) {
  const loop = async () => {
    for (let round = 0; round < ROUNDS; round += 1) await sleep(ms);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: LOOPS }, loop));
  return (performance.now() - startedAt) / ROUNDS;
}
