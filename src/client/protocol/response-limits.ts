/** Limits for reading one fetch response; records beyond them are left for the next fetch. */
export class ResponseLimits {
  #bytesLeft: number;

  /**
   * @param bytes the maximum unpacked size of the response with the objects of its records, not counting the last
   *   batch
   * @param recordsPerPartition the maximum number of records of one partition
   * @param batchBytes the maximum unpacked size of one batch
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
