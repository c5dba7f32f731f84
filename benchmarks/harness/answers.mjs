import { median } from '../report/statistics.mjs';

const PATHS = ['/metrics', '/health', '/health/ready'];
const WARM_UP = 3;
const TIMES = 20;

/**
 * Queries a service repeatedly from this process.
 * @returns {Promise<Record<string, number>>} the median time of an answer in ms, by path
 */
export async function answersOf(url) {
  const answers = {};
  for (const path of PATHS) {
    const times = [];
    for (let time = 0; time < WARM_UP + TIMES; time += 1) {
      const begun = performance.now();
      const response = await fetch(`${url}${path}`);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
      times.push(performance.now() - begun);
    }
    answers[path] = median(times.slice(WARM_UP));
  }
  return answers;
}
