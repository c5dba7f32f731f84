import { Module } from '@nestjs/common';
import { OrdersModule } from './orders/orders.module.js';
import { TutorialModule } from './tutorial/tutorial.module.js';

/** The business features, one folder and one module each. Add yours here. */
@Module({ imports: [TutorialModule, OrdersModule] })
export class ProcessingModule {}
