const everyMs = 200;

/** Shows the progress on stderr, if it is a terminal. */
export function progress(topic: string): { update(sent: number): void; end(): void } {
  if (!process.stderr.isTTY) return { update: () => undefined, end: () => undefined };
  let shownAt = 0;
  return {
    update(sent) {
      const now = Date.now();
      if (now - shownAt < everyMs) return;
      shownAt = now;
      process.stderr.write(`\r\u001b[K${sent.toLocaleString('en')} records sent to ${topic} ...`);
    },
    end() {
      process.stderr.write('\r\u001b[K');
    },
  };
}
