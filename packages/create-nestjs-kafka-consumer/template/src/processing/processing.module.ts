import { Module } from '@nestjs/common';
import { OrdersModule } from './orders/orders.module.js';

/** The business features, one folder and one module each. Add yours here. */
@Module({ imports: [OrdersModule] })
export class ProcessingModule {}
