/** A map with a limit: a new key beyond it replaces the key that was set longest ago. */
export class BoundedMap<K, V> extends Map<K, V> {
  /** @param limit the largest number of entries */
  constructor(private readonly limit: number) {
    super();
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.limit) {
      const [oldest] = this.keys();
      if (oldest !== undefined) this.delete(oldest);
    }
    return this;
  }
}
