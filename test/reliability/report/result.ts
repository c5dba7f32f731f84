/** What was run. */
export type Runtime = 'ours' | 'nest' | 'kafkajs';

/** A fault, in ms since the start of the run. */
export interface FaultEvent {
  readonly fault: string;
  /** Its target: an instance, a broker or a topic. */
  readonly target: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The state of a run at one time; counts are totals since its start. */
export interface Sample {
  /** Milliseconds since the run's start. */
  readonly atMs: number;
  readonly acknowledged: number;
  /** Distinct records that were handled. */
  readonly handled: number;
  /** Calls beyond the first one of each record. */
  readonly repeated: number;
  readonly failed: number;
  /** Acknowledged records that are not handled yet. */
  readonly behind: number;
  readonly rebalances: number;
  /** Of each instance that runs, by its name. */
  readonly rssBytes: Readonly<Record<string, number>>;
}

/** The check of one promise. */
export interface Check {
  readonly name:
    'lost' | 'overtaken' | 'gaps' | 'commits' | 'repeats' | 'stuck' | 'memory' | 'leaks' | 'crashes';
  readonly passed: boolean;
  /** The measured value, with its unit unless it is a number of records. */
  readonly measured: string;
  /** The bound, and the settings that determine it. */
  readonly bound: string;
  /** The first few violations. */
  readonly examples: readonly string[];
}

/** A scenario's outcome. */
export interface Result {
  readonly scenario: string;
  /** A sentence about the scenario. */
  readonly description: string;
  readonly runtime: Runtime;
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The command that repeats it. */
  readonly replay: string;
  readonly counts: {
    readonly acknowledged: number;
    /** Sent without a response: may be in the log or not. */
    readonly unacknowledged: number;
    readonly handled: number;
    readonly repeated: number;
    readonly deadLettered: number;
    /** Removed from the log before they were handled, by the fault itself. */
    readonly gone: number;
    /** Time after the last fault until the group had caught up; undefined if it never did. */
    readonly caughtUpAfterMs?: number;
  };
  readonly faults: readonly FaultEvent[];
  readonly samples: readonly Sample[];
  readonly checks: readonly Check[];
}

/** All scenarios of one command. */
export interface Report {
  readonly command: string;
  readonly machine: string;
  /** The service's settings that the bounds follow from, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}
