import { Controller } from '@nestjs/common';
import { Ctx, KafkaContext, Payload } from '@nestjs/microservices';
import { KafkaHandler, OffsetsService } from '../../index.js';
import { TutorialService } from './tutorial.service.js';

/** The four ways to read records and commit offsets, each in minimal code. */
@Controller()
export class TutorialController {
  constructor(
    private readonly tutorial: TutorialService,
    private readonly offsets: OffsetsService,
  ) {}

  /** One record per call. */
  @KafkaHandler('tutorial.one-by-one', { read: 'one' })
  onRecord(@Payload() value: unknown): void {
    this.tutorial.processMessage(value);
  }

  /** Up to ten records of a partition per call. */
  @KafkaHandler('tutorial.batches', { read: 'batch', batch: { maxRecords: 10, maxWaitMs: 100 } })
  onBatch(@Payload() values: unknown[]): void {
    for (const value of values) this.tutorial.processMessage(value);
  }

  /** The service commits periodically, once this method has returned. */
  @KafkaHandler('tutorial.auto-commit', { commit: 'auto' })
  onRecordAutoCommit(@Payload() value: unknown): void {
    this.tutorial.processMessage(value);
  }

  /** Commits manually: `commit` resolves once the broker has acknowledged it. */
  @KafkaHandler('tutorial.manual-commit', { commit: 'manual' })
  async onRecordManualCommit(@Payload() value: unknown, @Ctx() context: KafkaContext): Promise<void> {
    this.tutorial.processMessage(value);
    await this.offsets.commit(context);
  }
}
