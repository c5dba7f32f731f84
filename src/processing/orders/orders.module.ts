import { Module } from '@nestjs/common';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';

/** Example feature that receives orders; copy it for your own. */
@Module({ controllers: [OrdersController], providers: [OrdersService] })
export class OrdersModule {}
