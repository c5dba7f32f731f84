import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Idempotent } from '../../../../src/idempotency/index.js';
import { KafkaHandler } from '../../../../src/transport/index.js';
import { type Payment, PaymentsService } from './payments.service.js';

@Controller()
export class PaymentsController {
  constructor(private readonly payments: PaymentsService) {}

  @KafkaHandler('idempotent-payments', { value: 'json', order: 'key' })
  @Idempotent<Payment>({ key: (payment) => payment.id })
  async onPayment(@Payload() payment: Payment): Promise<void> {
    await this.payments.book(payment);
  }
}
