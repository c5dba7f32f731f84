import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { KAFKA_CONFIG, type KafkaModuleConfig } from '../config/index.js';
import { type GroupSnapshot, KafkaRuntime } from '../transport/index.js';
import {
  type HealthLimits,
  isQuiet,
  livenessProblem,
  oldestInFlight,
  readinessProblem,
  startupProblem,
} from './truth-table.js';

/** How long a broker may take to answer, in ms; probes must answer quickly. */
const REACH_MS = 500;

/** Evaluates the probes from memory; contacts a broker only if a group makes no progress. */
@Injectable()
export class KafkaHealth {
  readonly #limits: HealthLimits;
  /** The last time that no broker answered a check, in ms since the epoch. */
  #unansweredAt = 0;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly runtime: KafkaRuntime,
    @Inject(KAFKA_CONFIG) config: KafkaModuleConfig,
  ) {
    const { sessionTimeoutMs, rebalanceTimeoutMs, stuckAfterMs } = config.kafka;
    this.#limits = { sessionTimeoutMs, rebalanceTimeoutMs, stuckAfterMs };
  }

  startup(): HealthIndicatorResult {
    return this.#judge('startup', startupProblem);
  }

  ready(): HealthIndicatorResult {
    return this.#judge('ready', (group) => readinessProblem(group, this.#limits, Date.now()));
  }

  async live(): Promise<HealthIndicatorResult> {
    const limits = this.#limits;
    const quiet = this.runtime.groups.some((group) => isQuiet(group.snapshot(), limits, Date.now()));
    if (quiet && !(await this.runtime.port.reachable(REACH_MS))) this.#unansweredAt = Date.now();
    const now = Date.now();
    return this.#judge('live', (group) => livenessProblem(group, limits, now, this.#unansweredAt));
  }

  /** Each group's member, assignment, lag, oldest record in flight and last error, and problems of the own topics. */
  details(): HealthIndicatorResult {
    const groups = this.runtime.groups.map((group) => {
      const { partitions, ...member } = group.snapshot();
      return { ...member, assignment: partitions, oldestInFlight: oldestInFlight(partitions) };
    });
    return this.indicators.check('consumers').up({ groups, topicProblems: this.runtime.ownTopics.problems });
  }

  #judge(probe: string, problemOf: (group: GroupSnapshot) => string | undefined): HealthIndicatorResult {
    const problems: Record<string, string> = {};
    for (const group of this.runtime.groups) {
      const snapshot = group.snapshot();
      const problem = problemOf(snapshot);
      if (problem !== undefined) problems[snapshot.groupId] = problem;
    }
    const indicator = this.indicators.check(probe);
    return Object.keys(problems).length > 0 ? indicator.down(problems) : indicator.up();
  }
}
