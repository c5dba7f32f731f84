import { isDeadLetterTopicName, isParkingTopic } from '../../redelivery/index.js';
import { DlqError } from '../errors.js';
import type { HandlerCatalog } from '../handler-catalog.js';

/** A dead-letter topic that a command is about, and of which original topic's records. */
export interface SelectedTopic {
  readonly topic: string;
  /** Given where the dead-letter topic was not named itself: it may hold other topics' as well. */
  readonly originalTopic: string | undefined;
}

/** Chooses dead-letter topics among those that exist. */
export class DeadLetterTopics {
  constructor(
    private readonly existing: readonly string[],
    private readonly handlers: HandlerCatalog,
  ) {}

  /** Every one there is. */
  all(): SelectedTopic[] {
    const named = new Set(this.handlers.namedTopics);
    return this.existing
      .filter((topic) => isDeadLetterTopic(topic, named))
      .toSorted()
      .map((topic) => ({ topic, originalTopic: undefined }));
  }

  /** Those that the handlers' own records may lie in; a cluster may hold other services' too. */
  own(): SelectedTopic[] {
    const own = new Set(this.#sources().flatMap((source) => this.handlers.deadLetterTopicsOf(source)));
    for (const topic of this.handlers.namedTopics) own.add(topic);
    return this.all().filter(({ topic }) => own.has(topic));
  }

  /**
   * Those that a name stands for: a dead-letter topic itself, or the topic whose dead letters are meant.
   * @throws DlqError where there is none
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

  /** The only one that a name stands for. */
  one(name: string): SelectedTopic {
    const [first, ...others] = this.of(name);
    if (first && others.length === 0) return first;
    const topics = this.of(name).map(({ topic }) => topic);
    throw new DlqError(`${name} has dead letters in ${topics.join(' and ')}; name one of these`);
  }

  /**
   * Where records are parked: everywhere, or those of one topic, which may be named by its parking topic too.
   * None of them need exist: a parking topic is made when the first partition that may park is read.
   */
  parking(topic?: string): string[] {
    const existing = this.existing.filter(isParkingTopic);
    if (topic === undefined) return existing.toSorted();
    if (existing.includes(topic)) return [topic];
    const candidates = this.handlers.parkingTopicsOf(topic);
    return existing.filter((each) => candidates.includes(each)).toSorted();
  }

  /** Where the handlers' own records are parked. */
  ownParking(): string[] {
    const own = new Set(this.#sources().flatMap((source) => this.handlers.parkingTopicsOf(source)));
    return this.parking().filter((topic) => own.has(topic));
  }

  /** The topics that handlers are for, as far as they exist or are named, or have left dead letters. */
  #sources(): string[] {
    const gone = this.existing
      .filter(isDeadLetterTopicName)
      .map((topic) => topic.slice(0, topic.lastIndexOf('.')));
    const sources = new Set([...this.existing, ...this.handlers.topics, ...gone]);
    return [...sources].filter((topic) => this.handlers.handles(topic));
  }

  exists(topic: string): boolean {
    return this.existing.includes(topic);
  }
}

function isDeadLetterTopic(topic: string, named: ReadonlySet<string>): boolean {
  return isDeadLetterTopicName(topic) || named.has(topic);
}
