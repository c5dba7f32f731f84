/** What was run. */
export type Runtime = 'ours' | 'nest' | 'kafkajs';

/** Harm that was done, in ms since the run's start. */
export interface FaultEvent {
  readonly fault: string;
  /** What it hit: an instance, a broker, a topic. */
  readonly target: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The state of the run at one moment; counts are totals since its start. */
export interface Sample {
  /** Milliseconds since the run's start. */
  readonly atMs: number;
  readonly acknowledged: number;
  /** Distinct records that were handled. */
  readonly handled: number;
  /** Handlings beyond the first of a record. */
  readonly repeated: number;
  readonly failed: number;
  /** Acknowledged records that are not handled yet. */
  readonly behind: number;
  readonly rebalances: number;
  /** Of each instance that runs, by its name. */
  readonly rssBytes: Readonly<Record<string, number>>;
}

/** One promise, held against what happened. */
export interface Check {
  readonly name:
    'lost' | 'overtaken' | 'gaps' | 'commits' | 'repeats' | 'stuck' | 'memory' | 'leaks' | 'crashes';
  readonly passed: boolean;
  /** What was measured, with its unit where it is no count of records. */
  readonly measured: string;
  /** At most this, and from which settings it follows. */
  readonly bound: string;
  /** The first few violations. */
  readonly examples: readonly string[];
}

/** A scenario's outcome. */
export interface Result {
  readonly scenario: string;
  /** What was done, in a sentence. */
  readonly description: string;
  readonly runtime: Runtime;
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The command that runs it again. */
  readonly replay: string;
  readonly counts: {
    readonly acknowledged: number;
    /** Sent without an answer: may be in the log, or not. */
    readonly unacknowledged: number;
    readonly handled: number;
    readonly repeated: number;
    readonly deadLettered: number;
    /** Removed from the log before they were handled, by the fault itself. */
    readonly gone: number;
    /** Handled late: how long after the last fault the group had caught up; undefined where it never did. */
    readonly caughtUpAfterMs?: number;
  };
  readonly faults: readonly FaultEvent[];
  readonly samples: readonly Sample[];
  readonly checks: readonly Check[];
}

/** A whole run: all scenarios of one command. */
export interface Report {
  readonly command: string;
  readonly machine: string;
  /** The service's settings that the bounds follow from, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}
