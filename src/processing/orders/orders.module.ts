import { Module } from '@nestjs/common';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';

/** Takes orders in: the feature to copy for one of your own. */
@Module({ controllers: [OrdersController], providers: [OrdersService] })
export class OrdersModule {}
