import kafkajs from 'kafkajs';

/** A broker can not be connected to at the address that the cluster names for it. */
export class AdvertisedAddressError extends kafkajs.KafkaJSConnectionError {
  /**
   * @param address `host:port`
   * @param code Node's, for what went wrong
   */
  constructor(
    readonly address: string,
    message: string,
    code: string,
  ) {
    super(message, { broker: address, code });
  }
}
