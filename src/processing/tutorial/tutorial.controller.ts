import { Controller } from '@nestjs/common';
import { Ctx, KafkaContext, Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../../transport/index.js';
import { OffsetsService } from '../../offsets/index.js';
import { TutorialService } from './tutorial.service.js';

/** The four ways to read and to confirm, each in the smallest code there is. */
@Controller()
export class TutorialController {
  constructor(
    private readonly tutorial: TutorialService,
    private readonly offsets: OffsetsService,
  ) {}

  /** One record a call. */
  @KafkaHandler('tutorial.one-by-one', { read: 'one' })
  onRecord(@Payload() value: unknown): void {
    this.tutorial.processMessage(value);
  }

  /** Up to ten records of a partition a call. */
  @KafkaHandler('tutorial.batches', { read: 'batch', batch: { maxRecords: 10, maxWaitMs: 100 } })
  onBatch(@Payload() values: unknown[]): void {
    for (const value of values) this.tutorial.processMessage(value);
  }

  /** Confirmed by the service, on an interval, once this has returned. */
  @KafkaHandler('tutorial.auto-commit', { commit: 'auto' })
  onRecordAutoCommit(@Payload() value: unknown): void {
    this.tutorial.processMessage(value);
  }

  /** Confirmed by hand: returns once the broker has acknowledged the commit. */
  @KafkaHandler('tutorial.manual-commit', { commit: 'manual' })
  async onRecordManualCommit(@Payload() value: unknown, @Ctx() context: KafkaContext): Promise<void> {
    this.tutorial.processMessage(value);
    await this.offsets.commit(context);
  }
}
