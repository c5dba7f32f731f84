import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Logger, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { HealthModule } from '../../../src/health/index.js';
import { KafkaServiceModule } from '../../../src/service/module.js';
import { MetricsModule } from '../../../src/telemetry/metrics/index.js';
import { KafkaHandler } from '../../../src/transport/index.js';
import { ATTEMPTS, durationMs, type Step } from '../transfers.js';

const Transfer = z.object({
  account: z.string(),
  number: z.int(),
  amount: z.number(),
  currency: z.enum(['EUR', 'USD']),
});
type Transfer = z.infer<typeof Transfer>;

/**
 * Handles transfers as slowly as a service that calls other services, and logs each step; the demo counts these
 * lines.
 */
@Controller()
export class TransfersController {
  readonly #logger = new Logger(TransfersController.name);

  @KafkaHandler(process.env['DEMO_TOPIC'] ?? 'demo.transfers', {
    value: 'json',
    schema: Transfer,
    retry: { attempts: ATTEMPTS, initialMs: 300 },
  })
  async onTransfer(@Payload() transfer: Transfer): Promise<void> {
    this.#log('started', transfer);
    await delay(durationMs(transfer));
    if (transfer.currency === 'USD') {
      this.#log('failed', transfer);
      throw new Error('no exchange rate for USD');
    }
    this.#log('done', transfer);
  }

  #log(step: Step, { account, number }: Transfer): void {
    this.#logger.log({ msg: 'transfer', step, account, number });
  }
}

/** The service that the demo runs. */
@Module({
  imports: [KafkaServiceModule, MetricsModule, HealthModule],
  controllers: [TransfersController],
})
export class DemoModule {}
