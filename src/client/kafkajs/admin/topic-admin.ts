import type { TopicSpec } from '../../kafka-port.js';
import type { EnsuredTopic } from '../../topic-settings.js';
import type { AdminSession } from './admin-session.js';
import { explainAccess } from '../explain-access.js';
import { ensureTopics } from './topic-creation.js';
import { describeTopics, listTopics } from './topic-requests.js';

interface WaitingSpec {
  readonly spec: TopicSpec;
  readonly created: (topic: EnsuredTopic) => void;
  readonly failed: (error: unknown) => void;
}

/** Lists, finds and creates topics, all through the process's one connection for that. */
export class TopicAdmin {
  #waiting: WaitingSpec[] = [];

  /** @param corrects whether settings of own topics that records depend on may be corrected */
  constructor(
    private readonly session: AdminSession,
    private readonly corrects: boolean,
  ) {}

  /** The names of all topics that this client may see. */
  async list(): Promise<string[]> {
    try {
      return await this.session.ask(listTopics);
    } catch (error) {
      throw explainAccess(error, { operations: ['Read'], topics: [] });
    }
  }

  /** Those of the topics that this client may not see: brokers answer so whether or not there is such a topic. */
  async hidden(topics: readonly string[]): Promise<string[]> {
    const described = await this.session.ask((broker) => describeTopics(broker, topics));
    return [...described].flatMap(([topic, each]) =>
      'refusal' in each && each.refusal.type === 'TOPIC_AUTHORIZATION_FAILED' ? [topic] : [],
    );
  }

  /**
   * Creates a topic where it does not exist, and checks its settings where it does. What is asked for in one turn of the event loop is asked of the brokers
   * in one go, however many topics it is.
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
