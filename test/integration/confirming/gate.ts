/** Handlers wait for it until the test opens it. */
export class Gate {
  #open: () => void = () => undefined;
  /** Resolves once the gate is open. */
  readonly opened = new Promise<void>((resolve) => (this.#open = resolve));

  open(): void {
    this.#open();
  }
}
