import type Broker from 'kafkajs-pinned/src/broker/index.js';
import apiKeys from 'kafkajs-pinned/src/protocol/requests/apiKeys.js';
import protocolErrors from 'kafkajs-pinned/src/protocol/error.js';
import definitions from 'kafkajs-pinned/src/protocol/requests/index.js';
import { send } from '../../admin/admin-session.js';

/** The id with which brokers recognise the records that a producer has already sent. */
export interface ProducerIdentity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** Required by the request, and without effect outside of a transaction. */
const TRANSACTION_TIMEOUT_MS = 60_000;

/** Gets a producer id with the first batch, and another one once it was discarded. */
export class ProducerIdentities {
  #current: Promise<ProducerIdentity> | undefined;
  #known: ProducerIdentity | undefined;

  /** @throws the broker's error if it gives out no id */
  async current(broker: Broker): Promise<ProducerIdentity> {
    this.#current ??= initProducerId(broker);
    try {
      this.#known = await this.#current;
      return this.#known;
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }

  /** Gets another one for the next batch. */
  discard(identity: ProducerIdentity): void {
    if (this.#known === identity) this.#current = undefined;
  }
}

async function initProducerId(broker: Broker): Promise<ProducerIdentity> {
  const { errorCode, producerId, producerEpoch } = await send(
    broker,
    apiKeys.InitProducerId,
    definitions.requests.InitProducerId,
    { transactionTimeout: TRANSACTION_TIMEOUT_MS },
  );
  if (errorCode !== 0) throw protocolErrors.createErrorFromCode(errorCode);
  return { producerId, producerEpoch };
}
