import type { Logger } from '@nestjs/common';
import type { TopicSelection } from '../handlers/handler-registry.js';
import { isTopicName } from '../handlers/topic-name.js';

/** Says which topics a group does not read, and why: once, until there are others. */
export class TopicLog {
  #missing = '';
  #skipped = '';

  constructor(private readonly logger: Logger) {}

  /** @param hidden those of the missing topics that this client may not see */
  seen({ missing, skipped }: TopicSelection, hidden: readonly string[]): void {
    if (missing.length > 0 && missing.join() !== this.#missing) {
      const named = missing.map((topic) =>
        isTopicName(topic) ? topic : `${topic} (which no topic can be called)`,
      );
      this.logger.warn(
        `waiting for topics that ${hidden.length > 0 ? 'may not be seen, or ' : ''}do not exist yet: ${named.join(', ')}`,
      );
    }
    if (skipped.length > 0 && skipped.join() !== this.#skipped) {
      this.logger.log(
        'not read although a pattern matches them, as records are put aside in them or in topics of such a name: ' +
          `${skipped.join(', ')}; to read one of them, name it in a handler`,
      );
    }
    this.#missing = missing.join();
    this.#skipped = skipped.join();
  }
}
