import kafkajs from 'kafkajs-pinned';

/** A broker can't be reached at the address that the cluster advertises for it. */
export class AdvertisedAddressError extends kafkajs.KafkaJSConnectionError {
  /**
   * @param address `host:port`
   * @param code Node's code for the cause
   */
  constructor(
    readonly address: string,
    message: string,
    code: string,
  ) {
    super(message, { broker: address, code });
  }
}
