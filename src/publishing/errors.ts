import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CodedError } from '../errors/index.js';
import { PermanentError } from '../transport/index.js';

/** A value does not match the schema of the topic that it is published to. A retry of the handler does not help. */
export class PublishedValueError extends PermanentError {
  override readonly code = 'PUBLISHED_VALUE';

  constructor(
    readonly topic: string,
    problem: string,
  ) {
    super(`${topic}: the value was not published: ${problem}`);
    this.name = 'PublishedValueError';
  }
}

/** A record was to be published in a database transaction that is not committed. */
export class PublishInTransactionError extends CodedError {
  readonly code = 'PUBLISH_IN_TRANSACTION';

  constructor(readonly topic: string) {
    super(
      `${topic}: publish() was called within a database transaction that is not committed: if it is rolled back, readers ` +
        'of the topic have seen something that never happened. Publish after database.transaction() has resolved; or use ' +
        'sendNow() if readers may see the record without the rows',
    );
  }
}

/** A topic was declared with a name that Kafka does not accept, or for a cluster that no `KafkaModule.forRoot` has. */
export class TopicDefinitionError extends CodedError {
  readonly code = 'TOPIC_DEFINITION';
}

/** Describes the issues of a schema with their paths; never quotes the value. */
export function describeIssues(issues: readonly StandardSchemaV1.Issue[]): string {
  const described = issues.map(({ path = [], message }) => {
    const named = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return `${named || 'the value itself'}: ${message}`;
  });
  return `it breaks the topic's schema: ${described.join('; ')}`;
}
