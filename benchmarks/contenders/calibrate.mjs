import { sleep } from './meter.mjs';

const LOOPS = 10;
const ROUNDS = 200;

/**
 * What a wait of `ms` takes in this process, with as many waiting beside each other as there are keys. Timers
 * have a granularity of their own, which no consumer can do anything about.
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
