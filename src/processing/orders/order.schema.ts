import { z } from 'zod';

const OrderLine = z.object({
  sku: z.string().min(1),
  quantity: z.int().positive(),
  unitPrice: z.number().nonnegative(),
});

/** An order as its producers send it. */
export const Order = z.object({
  id: z.string().min(1),
  customer: z.string().min(1),
  currency: z.string().length(3),
  placedAt: z.iso.datetime(),
  lines: z.array(OrderLine).min(1),
});

export type Order = z.infer<typeof Order>;
