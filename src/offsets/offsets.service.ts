import { Injectable } from '@nestjs/common';
import type { KafkaContext } from '@nestjs/microservices';
import { isConfirmable, type KafkaRecordContext } from '../transport/index.js';

/**
 * Manual commits, for handlers with `commit: 'manual'`.
 *
 * @example
 * await this.orders.process(order);
 * await this.offsets.commit(context);
 */
@Injectable()
export class OffsetsService {
  /**
   * Settles the context's record, or all records of a batch, and resolves once the broker has acknowledged a commit
   * that covers it. In partition order it also settles every earlier record of the partition, as in Kafka. In key order
   * it settles only this record and waits until all earlier records are settled.
   *
   * Handlers that commit at the same time share one request.
   *
   * @throws PartitionLostError if the partition was assigned to another member; the record is delivered there again
   * @throws OpenTransactionError within a transaction of `Database` that is not committed
   */
  async commit(context: KafkaContext): Promise<void> {
    await confirmable(context).commit();
  }

  /**
   * Settles like `commit`, without waiting: the offset is part of the next commit, at the latest after
   * `KAFKA_AUTO_COMMIT_INTERVAL_MS`.
   *
   * @throws PartitionLostError if the partition was assigned to another member
   * @throws OpenTransactionError within a transaction of `Database` that is not committed
   */
  acknowledge(context: KafkaContext): void {
    confirmable(context).acknowledge();
  }
}

function confirmable(context: KafkaContext): KafkaRecordContext {
  if (!isConfirmable(context)) {
    throw new TypeError(
      'this context does not belong to a record that the service delivered; pass the @Ctx() argument of the handler',
    );
  }
  return context;
}
