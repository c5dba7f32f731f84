/**
 * Counts handled records and finally reports the rate from the first record to the last, and the resources that
 * the process has used.
 */
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Job the task of a contender; the only argument of its process, as JSON
 * @property {string} bootstrap
 * @property {string[]} topics
 * @property {string} groupId never used before
 * @property {number} records how many to handle
 * @property {number} [warmUp] number of records before the measurement starts
 * @property {number} [delayMs] how long a handler waits
 * @property {string} [mode] the contender's mode
 * @property {object} [options] the handler's options
 * @property {boolean} [pattern] whether the handler uses a pattern for the topics
 * @property {{ every: number, at: number }} [poison] records that always fail, by their number
 * @property {number} [limitMs] time after which it counts as stopped
 * @property {{ name: string, ratio?: number }} [sampler] of the traces that go to a collector; none without it
 */

/** @returns {Job} */
export function readJob() {
  return JSON.parse(process.argv[2]);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many records of a topic's first `records` always fail. */
function poisonous(records, poison) {
  return poison ? Math.floor((records - 1 - poison.at) / poison.every) + 1 : 0;
}

/** Throws if a record is one of those that always fail. */
export function failIfPoisonous({ poison }, payload) {
  if (poison && payload.id % poison.every === poison.at) throw new Error(`poison: ${payload.id}`);
}

export class Meter {
  #count = 0;
  #countAtStart = 0;
  #startedAt = 0;
  #firstAt = 0;
  #warmUp;
  #records;
  #onDone;
  #measures;
  #settled;

  /**
   * @param {Job} job
   * @param {(report: object) => void} onDone called with the report after it was written
   * @param {object} [measures] further values to report
   * @param {() => Promise<void>} [settled] resolves once the failed records are settled
   */
  constructor(
    { records, warmUp = 0, poison, limitMs },
    onDone = () => process.exit(0),
    measures = {},
    settled = async () => undefined,
  ) {
    this.#records = records - poisonous(records, poison);
    this.#settled = settled;
    if (limitMs !== undefined) setTimeout(() => this.#finish({ stopped: true }), limitMs);
    this.#warmUp = warmUp;
    this.#onDone = onDone;
    this.#measures = measures;
  }

  /** Call it after records were handled. */
  handled(records = 1) {
    const before = this.#count;
    this.#count += records;
    if (before <= this.#warmUp && this.#count > this.#warmUp) this.#start();
    if (before < this.#records && this.#count >= this.#records) this.#finish();
  }

  #start() {
    this.#startedAt = performance.now();
    this.#countAtStart = this.#count;
    this.#firstAt = Date.now();
    if (this.#count >= this.#records) this.#countAtStart = 0;
  }

  #finish(outcome = {}) {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const measured = this.#count - this.#countAtStart;
    const { user, system } = process.cpuUsage();
    const report = {
      records: measured,
      seconds,
      recordsPerSecond: measured / seconds,
      cpuSeconds: (user + system) / 1e6,
      peakRssBytes: peakRssBytes(),
      firstAt: this.#firstAt,
      ...this.#measures,
      ...outcome,
    };
    void this.#settled().then(() =>
      process.stdout.write(`\nBENCH ${JSON.stringify(report)}\n`, () => this.#onDone(report)),
    );
  }
}

/** The peak memory of this program only; `getrusage` would include the process that forked it. */
export function peakRssBytes() {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
