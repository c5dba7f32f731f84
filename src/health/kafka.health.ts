import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { type GroupSnapshot, type KafkaCluster, KafkaClusters } from '../transport/index.js';
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

/** What a probe finds wrong with a group. */
type Verdict = (group: GroupSnapshot, cluster: KafkaCluster, limits: HealthLimits) => string | undefined;

/** Evaluates the probes from memory; contacts a broker only if a group makes no progress. */
@Injectable()
export class KafkaHealth {
  /** The last time that no broker of a cluster answered a check, in ms since the epoch. */
  readonly #unansweredAt = new Map<KafkaCluster, number>();

  /** @internal */
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly clusters: KafkaClusters,
  ) {}

  startup(): HealthIndicatorResult {
    return this.#judge('startup', startupProblem);
  }

  ready(): HealthIndicatorResult {
    return this.#judge('ready', (group, _, limits) => readinessProblem(group, limits, Date.now()));
  }

  async live(): Promise<HealthIndicatorResult> {
    await Promise.all(this.clusters.all.map((cluster) => this.#reach(cluster)));
    const now = Date.now();
    return this.#judge('live', (group, cluster, limits) =>
      livenessProblem(group, limits, now, this.#unansweredAt.get(cluster) ?? 0),
    );
  }

  /** Each group's member, assignment, lag, oldest record in flight and last error, and problems of the own topics. */
  details(): HealthIndicatorResult {
    const groups = this.clusters.groups.map((group) => {
      const { partitions, ...member } = group.snapshot();
      return { ...member, assignment: partitions, oldestInFlight: oldestInFlight(partitions) };
    });
    const topicProblems = this.clusters.all.flatMap(({ runtime }) => runtime.ownTopics.problems);
    return this.indicators.check('consumers').up({ groups, topicProblems });
  }

  /** Notes whether a broker answers, if the cluster's groups make no progress. */
  async #reach(cluster: KafkaCluster): Promise<void> {
    const { runtime } = cluster;
    const quiet = runtime.groups.some((group) => isQuiet(group.snapshot(), limitsOf(cluster), Date.now()));
    if (quiet && !(await runtime.port.reachable(REACH_MS))) this.#unansweredAt.set(cluster, Date.now());
  }

  #judge(probe: string, verdict: Verdict): HealthIndicatorResult {
    const problems: Record<string, string> = {};
    for (const cluster of this.clusters.all) {
      const limits = limitsOf(cluster);
      for (const group of cluster.runtime.groups) {
        const snapshot = group.snapshot();
        const problem = verdict(snapshot, cluster, limits);
        if (problem !== undefined) problems[nameOf(snapshot)] = problem;
      }
    }
    const indicator = this.indicators.check(probe);
    return Object.keys(problems).length > 0 ? indicator.down(problems) : indicator.up();
  }
}

/** Groups of two clusters may have the same id. */
function nameOf({ cluster, groupId }: GroupSnapshot): string {
  return cluster === undefined ? groupId : `${cluster}/${groupId}`;
}

function limitsOf({ config: { kafka } }: KafkaCluster): HealthLimits {
  const { sessionTimeoutMs, rebalanceTimeoutMs, stuckAfterMs } = kafka;
  return { sessionTimeoutMs, rebalanceTimeoutMs, stuckAfterMs };
}
