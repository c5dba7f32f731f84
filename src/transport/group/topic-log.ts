import type { Logger } from '@nestjs/common';
import type { LeftParking, TopicSelection } from '../handlers/registry/handler-registry.js';
import { isTopicName } from '../handlers/options/topic-name.js';

/** Logs which topics a group does not read, and why; again only when they change. */
export class TopicLog {
  #missing = '';
  #skipped = '';
  #leftParking = '';

  constructor(private readonly logger: Logger) {}

  /** @param hidden missing topics that this client may not see */
  seen({ missing, skipped, leftParking }: TopicSelection, hidden: readonly string[]): void {
    if (missing.length > 0 && missing.join() !== this.#missing) {
      const named = missing.map((topic) =>
        isTopicName(topic) ? topic : `${topic} (not a valid topic name)`,
      );
      this.logger.warn(
        `waiting for topics that ${hidden.length > 0 ? 'may not be seen, or ' : ''}do not exist yet: ${named.join(', ')}`,
      );
    }
    if (skipped.length > 0 && skipped.join() !== this.#skipped) {
      this.logger.log(
        'not read although a pattern matches them, since they are named like topics of failed records: ' +
          `${skipped.join(', ')}; to read one of them, name it in a handler`,
      );
    }
    const left = leftParking.map(leftParkingText).join('; ');
    if (left !== '' && left !== this.#leftParking) {
      this.logger.warn(
        `parking topics of handlers that no longer have onFailure: 'park' are still read: ${left}. Release what is ` +
          `parked (dlq parked list, dlq parked release), then delete the topic`,
      );
    }
    this.#leftParking = left;
    this.#missing = missing.join();
    this.#skipped = skipped.join();
  }
}

function leftParkingText({ topic, source, keepsOrder }: LeftParking): string {
  return keepsOrder
    ? `${topic} (new records of ${source} whose key is parked are parked behind it)`
    : `${topic} (${source} is read in batches, so that new records overtake parked ones of the same key)`;
}
