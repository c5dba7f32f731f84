/** Limits for reading one fetch response; what is beyond them is left for the next fetch. */
export class ResponseLimits {
  #bytesLeft: number;

  /**
   * @param bytes what the response may unpack to, with the objects of its records, not counting the last batch
   * @param recordsPerPartition how many records one partition may bring
   * @param batchBytes what one batch may unpack to
   */
  constructor(
    bytes: number,
    readonly recordsPerPartition: number,
    readonly batchBytes: number,
  ) {
    this.#bytesLeft = bytes;
  }

  get isUsedUp(): boolean {
    return this.#bytesLeft <= 0;
  }

  take(bytes: number): void {
    this.#bytesLeft -= bytes;
  }
}
