import { createInterface } from 'node:readline';
import { keep } from '../../dist/tools/kafka/index.js';
import { startCollector } from './collector.mjs';
import { answersOf } from './answers.mjs';
import { committedEverything } from './committed.mjs';
import { Scraper } from './scraper.mjs';

const limitMs = 300_000;
const stopLimitMs = 30_000;

/** The configuration of our service in measurements, in addition to its defaults. */
const ourEnvironment = ({ bootstrap, groupId, environment }) => ({
  KAFKA_BROKERS: bootstrap,
  KAFKA_GROUP_ID: groupId,
  KAFKA_AUTO_COMMIT_INTERVAL_MS: '1000',
  KAFKA_FETCH_MAX_WAIT_MS: '100',
  PORT: '0',
  LOG_LEVEL: 'warn',
  ...environment,
});

/**
 * Runs a contender in its own process.
 * @param {{ command: string, args: string[], env?: object }} runtime
 * @param {import('../contenders/meter.mjs').Job} job
 * @param {boolean} isOurs whether it must stop cleanly and have committed everything by then
 * @throws Error if it does not report in time, or if ours has left something uncommitted
 */
export async function run(runtime, job, isOurs) {
  if (!job.sampler) return runOnce(runtime, job, isOurs);
  const collector = await startCollector();
  const env = {
    ...runtime.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: job.sampler.name,
    OTEL_TRACES_SAMPLER_ARG: String(job.sampler.ratio ?? 1),
  };
  let spans = 0;
  let report;
  try {
    report = await runOnce({ ...runtime, env }, job, isOurs);
  } finally {
    spans = await collector.stop();
  }
  if (spans === 0) throw new Error('its collector was sent no span.');
  return { ...report, spans };
}

async function runOnce(runtime, job, isOurs) {
  const spawnedAt = Date.now();
  const child = await keep({
    command: runtime.command,
    args: [...runtime.args, JSON.stringify(job)],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NODE_OPTIONS: '',
      ...runtime.env,
      ...(isOurs && ourEnvironment(job)),
    },
  });
  const scraper = new Scraper();
  let complaints = '';
  child.errors?.setEncoding('utf8').on('data', (text) => (complaints = (complaints + text).slice(-2000)));
  try {
    const report = await within(
      limitMs,
      reportOf(
        child,
        (url) => scraper.start(url),
        (text) => (complaints += `${text}\n`),
      ),
    );
    if (job.mode === 'scraped' && scraper.stop() === 0) throw new Error('its metrics were never read.');
    const answersMs = job.mode === 'rest' ? await answersOf(report.url) : undefined;
    if (isOurs) await stopAndCheck(child, job);
    return { ...report, spawnedAt, answersMs };
  } catch (error) {
    throw new Error(`${error.message} ${complaints.trim()}`.trim(), { cause: error });
  } finally {
    scraper.stop();
    await end(child);
  }
}

/** Resolves with the contender's report; rejects if it ends without one. It may request that its metrics are scraped. */
function reportOf(child, scrape, say) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.output }).on('line', (line) => {
      if (line.startsWith('BENCH ')) resolve(JSON.parse(line.slice(6)));
      else if (line.startsWith('SCRAPE ')) scrape(line.slice(7));
      else if (line !== '') say(line);
    });
    void child.ended.then((code) => reject(new Error(`ended with exit code ${code} and no report.`)));
  });
}

async function stopAndCheck(child, job) {
  process.kill(child.pid, 'SIGTERM');
  const code = await within(stopLimitMs, child.ended);
  if (code !== 0) throw new Error(`did not stop in an orderly way, exit code ${code}.`);
  // Fairness is visible only while there is a backlog.
  const missing = job.mode === 'fair' ? undefined : await committedEverything(job);
  if (missing) throw new Error(`left records uncommitted: ${missing}.`);
}

async function end(child) {
  const ended = await Promise.race([child.ended.then(() => true), pause(2000)]);
  if (ended) return;
  process.kill(child.pid, 'SIGKILL');
  await child.ended;
}

function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${ms / 1000} s.`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
