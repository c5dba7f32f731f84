import { Injectable, Logger } from '@nestjs/common';
import { OrderRejectedError } from './order-rejected.error.js';
import type { Order } from './order.schema.js';

/** What the shop knows of an order that it has taken in. */
export interface OrderSummary {
  readonly id: string;
  readonly customer: string;
  readonly items: number;
  /** In hundredths of the currency. */
  readonly totalMinor: number;
  readonly currency: string;
}

/** What the shop is paid in. */
const CURRENCIES: ReadonlySet<string> = new Set(['EUR', 'USD', 'GBP', 'CHF']);

/** Takes orders in. It knows nothing of Kafka: the same call serves a test, a script or another transport. */
@Injectable()
export class OrdersService {
  readonly #logger = new Logger(OrdersService.name);
  readonly #summaries = new Map<string, OrderSummary>();

  /**
   * Takes an order in. The same order delivered again replaces itself: at least once is enough.
   * @throws OrderRejectedError in a currency that the shop does not take
   */
  process(order: Order): OrderSummary {
    if (!CURRENCIES.has(order.currency)) {
      throw new OrderRejectedError(
        order.id,
        `${order.currency} is not taken, only ${[...CURRENCIES].join(', ')}`,
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

  /** Forgets an order that was deleted at its source. */
  remove(id: string): void {
    this.#summaries.delete(id);
    this.#logger.log(`order ${id}: removed`);
  }

  find(id: string): OrderSummary | undefined {
    return this.#summaries.get(id);
  }
}
