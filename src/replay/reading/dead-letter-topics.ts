import { isDeadLetterTopicName, isParkingTopic } from '../../redelivery/index.js';
import { DlqError } from '../errors.js';
import type { HandlerCatalog } from '../handler-catalog.js';

/** A dead-letter topic, and the original topic whose records are selected. */
export interface SelectedTopic {
  readonly topic: string;
  /** Undefined for all: the dead-letter topic itself was named. It may contain records of several topics. */
  readonly originalTopic: string | undefined;
}

/** Selects dead-letter and parking topics among the existing topics. */
export class DeadLetterTopics {
  constructor(
    private readonly existing: readonly string[],
    private readonly handlers: HandlerCatalog,
  ) {}

  /** All dead-letter topics. */
  all(): SelectedTopic[] {
    const named = new Set(this.handlers.namedTopics);
    return this.existing
      .filter((topic) => isDeadLetterTopic(topic, named))
      .toSorted()
      .map((topic) => ({ topic, originalTopic: undefined }));
  }

  /** The dead-letter topics of this service's handlers; a cluster may contain those of other services. */
  own(): SelectedTopic[] {
    const own = new Set(this.#sources().flatMap((source) => this.handlers.deadLetterTopicsOf(source)));
    for (const topic of this.handlers.namedTopics) own.add(topic);
    return this.all().filter(({ topic }) => own.has(topic));
  }

  /**
   * The dead-letter topics of a name, which is a dead-letter topic itself or an original topic.
   * @throws DlqError if there is none
   */
  of(name: string): SelectedTopic[] {
    if (isDeadLetterTopic(name, new Set(this.handlers.namedTopics)) && this.existing.includes(name)) {
      return [{ topic: name, originalTopic: undefined }];
    }
    const candidates = this.handlers.deadLetterTopicsOf(name);
    const found = candidates.filter((topic) => this.existing.includes(topic));
    if (found.length > 0) return found.map((topic) => ({ topic, originalTopic: name }));
    throw new DlqError(`no dead letters of ${name}: there is no topic ${candidates.join(', nor ')}`);
  }

  /**
   * The only dead-letter topic of a name.
   * @throws DlqError if there is none or more than one
   */
  one(name: string): SelectedTopic {
    const [first, ...others] = this.of(name);
    if (first && others.length === 0) return first;
    const topics = this.of(name).map(({ topic }) => topic);
    throw new DlqError(`${name} has dead letters in ${topics.join(' and ')}; name one of these`);
  }

  /**
   * The existing parking topics: all, or those of one name, which is a parking topic itself or an original topic. There may
   * be none, since a parking topic is created when the first partition of a handler that parks is assigned.
   */
  parking(topic?: string): string[] {
    const existing = this.existing.filter(isParkingTopic);
    if (topic === undefined) return existing.toSorted();
    if (existing.includes(topic)) return [topic];
    const candidates = this.handlers.parkingTopicsOf(topic);
    return existing.filter((each) => candidates.includes(each)).toSorted();
  }

  /** The parking topics of this service's handlers. */
  ownParking(): string[] {
    const own = new Set(this.#sources().flatMap((source) => this.handlers.parkingTopicsOf(source)));
    return this.parking().filter((topic) => own.has(topic));
  }

  /** The topics that handlers match: existing ones, named ones, and deleted ones that have left dead letters. */
  #sources(): string[] {
    const deleted = this.existing
      .filter(isDeadLetterTopicName)
      .map((topic) => topic.slice(0, topic.lastIndexOf('.')));
    const sources = new Set([...this.existing, ...this.handlers.topics, ...deleted]);
    return [...sources].filter((topic) => this.handlers.handles(topic));
  }

  exists(topic: string): boolean {
    return this.existing.includes(topic);
  }
}

function isDeadLetterTopic(topic: string, named: ReadonlySet<string>): boolean {
  return isDeadLetterTopicName(topic) || named.has(topic);
}
