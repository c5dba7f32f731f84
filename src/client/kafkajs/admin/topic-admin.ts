import type { TopicSpec } from '../../kafka-port.js';
import type { EnsuredTopic } from '../../topic-settings.js';
import type { AdminSession } from './admin-session.js';
import { explainAccess } from '../explain-access.js';
import { ensureTopics } from './topic-creation.js';
import { describeTopics, listTopics } from './topic-requests.js';

/** A call of `ensure` that waits for the end of its turn. */
interface WaitingSpec {
  readonly spec: TopicSpec;
  readonly created: (topic: EnsuredTopic) => void;
  readonly failed: (error: unknown) => void;
}

/** Lists, describes and creates topics over the connection of one `AdminSession`. */
export class TopicAdmin {
  #waiting: WaitingSpec[] = [];

  /** @param corrects whether settings of own topics may be corrected */
  constructor(
    private readonly session: AdminSession,
    private readonly corrects: boolean,
  ) {}

  /** @returns the names of all topics that this client may see */
  async list(): Promise<string[]> {
    try {
      return await this.session.withBroker(listTopics);
    } catch (error) {
      throw explainAccess(error, { operations: ['Read'], topics: [] });
    }
  }

  /** @returns those of the topics that this client may not see; the brokers do not tell whether they exist */
  async hidden(topics: readonly string[]): Promise<string[]> {
    const described = await this.session.withBroker((broker) => describeTopics(broker, topics));
    return [...described].flatMap(([topic, each]) =>
      'brokerError' in each && each.brokerError.type === 'TOPIC_AUTHORIZATION_FAILED' ? [topic] : [],
    );
  }

  /**
   * Creates a topic if it does not exist, and checks its settings if it does. Calls in the same turn of the event loop
   * share their requests.
   */
  ensure(spec: TopicSpec): Promise<EnsuredTopic> {
    return new Promise((created, failed) => {
      this.#waiting.push({ spec, created, failed });
      if (this.#waiting.length === 1) setImmediate(() => void this.#ensureWaiting());
    });
  }

  async #ensureWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const specs = new Map(waiting.map(({ spec }) => [spec.topic, spec]));
    try {
      const ensured = await ensureTopics(this.session, [...specs.values()], this.corrects);
      for (const { spec, created, failed } of waiting) {
        const outcome = ensured.get(spec.topic);
        if (outcome && 'partitions' in outcome) created(outcome);
        else failed(outcome?.error);
      }
    } catch (error) {
      for (const { spec, failed } of waiting) {
        failed(explainAccess(error, { operations: ['Create', 'Write'], topics: [spec.topic] }));
      }
    }
  }
}
