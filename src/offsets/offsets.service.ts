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
   * Settles the context's record, or all records of a batch, and resolves once the broker has acknowledged a
   * commit that covers it. In partition order it settles every earlier record of the partition too, as in
   * Kafka; in key order this record alone, and it waits until all earlier ones are settled as well.
   *
   * Handlers that commit at the same time share one request.
   *
   * @throws PartitionLostError when the partition went to another member; the record will be delivered there
   */
  async commit(context: KafkaContext): Promise<void> {
    const { owner, records } = confirmable(context);
    await owner.commit(records);
  }

  /**
   * Settles as `commit` does, without waiting: the commit goes out with the next one, at the latest after
   * `KAFKA_AUTO_COMMIT_INTERVAL_MS`.
   *
   * @throws PartitionLostError when the partition went to another member
   */
  acknowledge(context: KafkaContext): void {
    const { owner, records } = confirmable(context);
    owner.acknowledge(records);
  }
}

function confirmable(context: KafkaContext): KafkaRecordContext {
  if (!isConfirmable(context)) {
    throw new TypeError(
      'this context is not of a record that the service delivered; pass what @Ctx() gives to the handler',
    );
  }
  return context;
}
