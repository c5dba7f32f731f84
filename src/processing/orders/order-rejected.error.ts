/** The shop can't take this order, now or later: somebody has to look at it. */
export class OrderRejectedError extends Error {
  readonly code = 'ORDER_REJECTED';

  constructor(
    readonly orderId: string,
    why: string,
  ) {
    super(`order ${orderId}: ${why}`);
    this.name = 'OrderRejectedError';
  }
}
