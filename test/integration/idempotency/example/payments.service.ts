import { Injectable } from '@nestjs/common';
import { Database } from '../../../../src/database/index.js';

export interface Payment {
  readonly id: string;
  readonly account: string;
  readonly amount: number;
}

@Injectable()
export class PaymentsService {
  constructor(private readonly database: Database) {}

  async book({ account, amount }: Payment): Promise<void> {
    await this.database.query(
      `INSERT INTO accounts (id, balance) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + excluded.balance`,
      [account, amount],
    );
  }
}
