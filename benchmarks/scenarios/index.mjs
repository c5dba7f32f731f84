import { growth } from './growth.mjs';
import { large } from './large.mjs';
import { manual } from './manual.mjs';
import { noop } from './noop.mjs';
import { poison } from './poison.mjs';
import { scale } from './scale.mjs';
import { start } from './start.mjs';
import { telemetry } from './telemetry.mjs';
import { wait } from './wait.mjs';

/**
 * @typedef {object} Size
 * @property {number} full
 * @property {number} quick
 *
 * @typedef {object} Topic content of a topic; equal topics are loaded once
 * @property {number} partitions
 * @property {number} records
 * @property {number} keys
 * @property {number} bytes
 * @property {string} codec
 * @property {boolean} [hot] half of the records have the first key
 * @property {number} [copies] how many such topics
 *
 * @typedef {object} Contender
 * @property {string} name as in the results
 * @property {Size} [records] number of records that it handles; default: all
 * @property {object} [options] of the handler
 * @property {{ label: string, options: object }[]} [variants] the best of them counts
 * @property {string} [mode]
 * @property {string} [runs] the contender whose program it runs, if not its own
 * @property {{ every: number, at: number }} [poison] records that always fail, by their number
 * @property {number} [limitMs] time after which it counts as stopped
 * @property {{ name: string, ratio?: number }} [sampler] of the traces that go to a collector
 * @property {boolean} [pattern] whether its handler uses a pattern for the topics
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} what in a few words
 * @property {(quick: boolean) => Topic} topic
 * @property {Contender[]} contenders ours first
 * @property {number} [delayMs] how long handlers wait
 * @property {Record<string, string | undefined>} [environment] of ours, beyond what all scenarios have
 * @property {number} [warmUp] records before the clock starts
 * @property {boolean} [rehearsed] whether it runs once before the measurement, since the first run has cold broker pages
 * @property {Size} [repeat]
 * @property {boolean} [fullOnly]
 * @property {(report: object, run: object) => object} [adjust] converts the report of a run for comparison
 * @property {(result: object, all: object[]) => object[]} checks
 */

/** @type {Scenario[]} */
export const scenarios = [
  ...noop,
  ...wait,
  ...manual,
  ...large,
  ...growth,
  ...start,
  ...telemetry,
  ...poison,
  ...scale,
];
