import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { CodedError } from '../errors/index.js';
import { BoundedMap } from './bounded-map.js';
import {
  type EnsuredTopic,
  type KafkaPort,
  RecordTooLargeError,
  type TopicProblem,
  type TopicSpec,
} from '../client/index.js';

const RAISED_LIMIT_WAITS_MS = [100, 1_000, 3_000];

/**
 * How many topics are remembered. Topics may be deleted and others created for as long as the process runs; one that is
 * forgotten is checked again before the next write.
 */
const MAX_TOPICS = 1_000;

/** A topic has settings with which records would be lost. */
export class UnsafeTopicError extends CodedError {
  readonly code = 'UNSAFE_TOPIC';

  constructor(
    readonly topic: string,
    problems: readonly TopicProblem[],
  ) {
    super(`nothing is written to ${topic}: ${problems.map(problemText).join('; ')}. ${remedyFor(problems)}`);
  }
}

/** A topic's limit was raised, and the brokers do not apply it yet. */
export class LimitRaisedError extends CodedError {
  readonly code = 'LIMIT_RAISED';

  constructor(
    readonly topic: string,
    options?: ErrorOptions,
  ) {
    super(
      `${topic}: its max.message.bytes was raised but is not in effect yet; the record is written again`,
      options,
    );
  }
}

/**
 * Creates the topics that the service itself writes to, with every setting that the guarantees depend on, and tracks
 * problems of existing ones.
 */
export class OwnTopics {
  readonly #logger = new Logger('OwnTopics');
  /** Topics that exist and are safe to write to, as far as checked. */
  readonly #safeTopics = new BoundedMap<string, Promise<EnsuredTopic>>(MAX_TOPICS);
  readonly #problems = new BoundedMap<string, readonly TopicProblem[]>(MAX_TOPICS);

  constructor(private readonly port: Pick<KafkaPort, 'ensureTopic'>) {}

  /** Problems of the topics at their last check; of the latest `MAX_TOPICS` topics that have any. */
  get problems(): TopicProblem[] {
    return [...this.#problems.values()].flat();
  }

  /**
   * Ensures that a topic exists. Problems are logged once, and corrected if the ACLs permit.
   * @throws the errors of `ensureTopic`
   */
  async ensure(spec: TopicSpec): Promise<EnsuredTopic> {
    const ensured = await this.port.ensureTopic(spec);
    for (const each of ensured.corrected) this.#logger.warn(`${spec.topic}: corrected to ${each}`);
    this.#note(spec.topic, ensured.problems);
    return ensured;
  }

  /**
   * Writes to a topic after ensuring that it exists and is safe. After a failed write the topic is checked again. A record
   * that is too large is written again if the topic's limit could be raised: its source's limit may have been raised.
   * @param work receives the topic's number of partitions
   * @throws UnsafeTopicError if records would be lost with the topic's settings
   */
  async write(spec: TopicSpec, work: (partitions: number) => Promise<void>): Promise<void> {
    const before = await this.#safe(spec);
    try {
      return await work(before.partitions);
    } catch (error) {
      this.#safeTopics.delete(spec.topic);
      if (!(error instanceof RecordTooLargeError)) throw error;
      const after = await this.#safe(spec);
      const isRaised = before.corrected.length > 0 || after.corrected.length > 0;
      if (!isRaised) throw error;
      await retryUntilRaised(() => work(after.partitions)).catch((last: unknown) => {
        // The record counts as too large only after a further check found no limit to raise.
        throw after.corrected.length > 0 && last instanceof RecordTooLargeError
          ? new LimitRaisedError(spec.topic, { cause: last })
          : last;
      });
    }
  }

  #safe(spec: TopicSpec): Promise<EnsuredTopic> {
    const { topic } = spec;
    const known = this.#safeTopics.get(topic);
    if (known) return known;
    const ensured = this.#ensureSafe(spec);
    this.#safeTopics.set(topic, ensured);
    ensured.catch(() => this.#safeTopics.delete(topic));
    return ensured;
  }

  async #ensureSafe(spec: TopicSpec): Promise<EnsuredTopic> {
    const ensured = await this.ensure(spec);
    const vital = ensured.problems.filter(({ isVital }) => isVital);
    if (vital.length > 0) throw new UnsafeTopicError(spec.topic, vital);
    return ensured;
  }

  #note(topic: string, problems: readonly TopicProblem[]): void {
    const known = new Set((this.#problems.get(topic) ?? []).map(problemText));
    if (problems.length === 0) this.#problems.delete(topic);
    else this.#problems.set(topic, problems);
    for (const problem of problems) {
      const words = problemText(problem);
      if (known.has(words)) continue;
      this.#logger[problem.isVital ? 'error' : 'warn'](`${topic}: ${words}. ${remedyFor([problem])}`);
    }
  }
}

/** Some brokers apply a raised limit a little later. */
async function retryUntilRaised(work: () => Promise<void>): Promise<void> {
  for (const waitMs of RAISED_LIMIT_WAITS_MS) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RecordTooLargeError)) throw error;
    }
    await sleep(waitMs);
  }
  await work();
}

function problemText({ setting, value, otherwise, refused }: TopicProblem): string {
  const why = refused === undefined ? '' : ` (not corrected: ${refused})`;
  return `${setting} is ${value}: ${otherwise}${why}`;
}

/** What to do about problems of one topic. */
function remedyFor(problems: readonly TopicProblem[]): string {
  const [first] = problems;
  if (!first) return '';
  const isSetting = problems.every(
    ({ setting }) => /^[a-z.]+$/.test(setting) && setting !== 'replication.factor',
  );
  if (!isSetting || first.setting === 'settings')
    return problems.map(({ setting, wanted }) => `Wanted for ${setting}: ${wanted}`).join('; ');
  const values = problems.map(({ setting, wanted }) => `${setting}=${wanted}`).join(',');
  return `Set it: kafka-configs --alter --entity-type topics --entity-name '${first.topic}' --add-config ${values}`;
}
