/** Scrapes a service's metrics every second from another process, like Prometheus. */
export class Scraper {
  #timer;
  #scrapes = 0;

  start(url) {
    this.#timer = setInterval(() => void this.#scrape(url), 1000);
  }

  /** @returns the number of successful scrapes */
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
      // It is stopping. A service that never answers is visible in the count.
    }
  }
}
