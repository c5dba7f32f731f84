/** The shop cannot accept this order, and a retry does not help: somebody has to look at it. */
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
