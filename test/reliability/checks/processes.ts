import type { Exit } from '../fleet/fleet.js';
import type { Vital } from '../fleet/vitals.js';
import type { Check } from '../report/result.js';
import { PEAK_RSS_BYTES } from '../settings.js';

/** SIGKILL's exit code: only the harness, or a process on its order, sends it. */
const KILLED = 128 + 9;

type Vitals = ReadonlyMap<string, readonly Vital[]>;

const MIB = 2 ** 20;
/** Maximum increase of timers, sockets and the like from the start of consumption to the end. */
const SLACK = 12;

/** The memory of every instance, over the whole run. */
export function memoryCheck(vitals: Vitals, growsOnPurpose: boolean): Check {
  const peaks = [...vitals].map(([name, lines]) => ({
    name,
    peak: Math.max(0, ...lines.map(({ rss = 0 }) => rss)),
  }));
  const highest = Math.max(0, ...peaks.map(({ peak }) => peak));
  const over = growsOnPurpose ? [] : peaks.filter(({ peak }) => peak > PEAK_RSS_BYTES);
  return {
    name: 'memory',
    passed: over.length === 0,
    measured: `${Math.round(highest / MIB)} MiB at most`,
    bound: growsOnPurpose
      ? 'none: the fault takes memory on purpose'
      : `${PEAK_RSS_BYTES / MIB} MiB: 300 and twice KAFKA_MAX_IN_FLIGHT_BYTES`,
    examples: over.map(({ name, peak }) => `${name}: ${Math.round(peak / MIB)} MiB`),
  };
}

/**
 * Active resources of a process by kind: at rest at the end of the run, compared with the ten seconds after its first join.
 * Before that it may have searched for a broker, and has few of its connections.
 * @param atRest the processes that existed at the end; others ended during their work
 */
export function leakCheck(vitals: Vitals, atRest: ReadonlySet<string>): Check {
  const found: string[] = [];
  for (const [name, lines] of vitals) {
    for (const { leak } of lines) if (leak !== undefined) found.push(`${name}: ${leak}`);
    if (!atRest.has(name)) continue;
    const joined = Math.max(
      0,
      lines.findIndex(({ rebalances = 0 }) => rebalances > 0),
    );
    const looks = lines.slice(joined).flatMap(({ resources }) => (resources ? [resources] : []));
    if (looks.length < 30) continue;
    const last = looks.at(-2) ?? {};
    for (const [kind, count] of Object.entries(last)) {
      const first = Math.max(...looks.slice(0, 10).map((look) => look[kind] ?? 0));
      if (count > first + SLACK) found.push(`${name}: ${first} ${kind} at first, ${count} at the end`);
    }
  }
  return {
    name: 'leaks',
    passed: found.length === 0,
    measured: `${found.length} processes or kinds`,
    bound: `0 warnings of listeners; at most ${SLACK} timers or sockets more than at first`,
    examples: found.slice(0, 5),
  };
}

/** Unexpected exits, uncaught errors, and drains that took too long. */
export function crashCheck(
  vitals: Vitals,
  exits: readonly Exit[],
  codes: readonly number[],
  failOnPurpose: boolean,
): Check {
  const crashes = [...vitals].flatMap(([name, lines]) =>
    lines.flatMap(({ crash }) => (crash === undefined ? [] : [`${name}: ${crash.split('\n')[0]}`])),
  );
  const unasked = exits
    .filter(({ expected, code }) => !expected && code !== KILLED)
    .map(({ name, code }) => `${name} ended with ${code}, unasked`);
  const late = codes
    .filter((code) => code !== 0)
    .map((code) => `an instance ended with ${code} when it was stopped at the end`);
  const found = failOnPurpose ? late : [...crashes, ...unasked, ...late];
  return {
    name: 'crashes',
    passed: found.length === 0,
    measured: String(crashes.length + unasked.length + late.length),
    bound: failOnPurpose ? 'those that the fault causes' : '0 unhandled errors, 0 exits unasked',
    examples: found.slice(0, 5),
  };
}
