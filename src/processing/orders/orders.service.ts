import { Injectable, Logger } from '@nestjs/common';
import { OrderRejectedError } from './order-rejected.error.js';
import type { Order } from './order.schema.js';

/** What the shop stores about an accepted order. */
export interface OrderSummary {
  readonly id: string;
  readonly customer: string;
  readonly items: number;
  /** In hundredths of the currency. */
  readonly totalMinor: number;
  readonly currency: string;
}

/** Accepted currencies. */
const CURRENCIES: ReadonlySet<string> = new Set(['EUR', 'USD', 'GBP', 'CHF']);

/** Accepts orders. It does not depend on Kafka, so tests, scripts and other transports can call it too. */
@Injectable()
export class OrdersService {
  readonly #logger = new Logger(OrdersService.name);
  readonly #summaries = new Map<string, OrderSummary>();

  /**
   * Accepts an order. An order that is delivered again replaces itself, so at-least-once delivery is enough.
   * @throws OrderRejectedError if the shop does not accept the currency
   */
  process(order: Order): OrderSummary {
    if (!CURRENCIES.has(order.currency)) {
      throw new OrderRejectedError(
        order.id,
        `${order.currency} is not accepted, only ${[...CURRENCIES].join(', ')}`,
      );
    }
    const summary: OrderSummary = {
      id: order.id,
      customer: order.customer,
      items: order.lines.reduce((sum, { quantity }) => sum + quantity, 0),
      totalMinor: order.lines.reduce(
        (sum, line) => sum + Math.round(line.unitPrice * 100) * line.quantity,
        0,
      ),
      currency: order.currency,
    };
    this.#summaries.set(order.id, summary);
    this.#logger.log(
      `order ${order.id}: ${summary.items} items, ${summary.totalMinor} ${order.currency} minor`,
    );
    return summary;
  }

  /** Removes an order that was deleted at its source. */
  remove(id: string): void {
    this.#summaries.delete(id);
    this.#logger.log(`order ${id}: removed`);
  }

  find(id: string): OrderSummary | undefined {
    return this.#summaries.get(id);
  }
}
