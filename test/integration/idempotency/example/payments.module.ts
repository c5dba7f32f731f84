import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../../../../src/idempotency/index.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsService } from './payments.service.js';

@Module({ imports: [IdempotencyModule], controllers: [PaymentsController], providers: [PaymentsService] })
export class PaymentsModule {}
