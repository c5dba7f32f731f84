/** The shop cannot accept this order. A retry does not help: an operator has to decide about it. */
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
