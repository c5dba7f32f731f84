/** Reads a service's metrics each second, from another process as Prometheus does. */
export class Scraper {
  #timer;
  #scrapes = 0;

  start(url) {
    this.#timer = setInterval(() => void this.#scrape(url), 1000);
  }

  /** @returns how often it was answered */
  stop() {
    clearInterval(this.#timer);
    return this.#scrapes;
  }

  async #scrape(url) {
    try {
      const response = await fetch(url);
      await response.text();
      if (response.ok) this.#scrapes++;
    } catch {
      // It is ending. What never answers is told by the count.
    }
  }
}
