import { describe, expect, test } from '@jest/globals';
import { LineLimit } from './line-limit.js';

/** Writes lines of several kinds; the test ends the windows. */
class Written {
  readonly lines: string[] = [];
  readonly #due: (() => void)[] = [];
  readonly #limit = new LineLimit({ schedule: (_delayMs, run) => this.#due.push(run) });

  write(kind: string, times: number): void {
    for (let at = 0; at < times; at++) {
      const summarize = (leftOut: number): unknown => this.lines.push(`${kind}: ${leftOut} left out`);
      if (this.#limit.admits(kind, summarize)) this.lines.push(kind);
    }
  }

  endWindows(): void {
    for (const run of this.#due.splice(0)) run();
  }
}

describe('lines of one kind', () => {
  test('ten lines of one kind are written per window, and further lines are counted', () => {
    const written = new Written();
    written.write('a', 250);
    expect(written.lines).toEqual(Array.from({ length: 10 }, () => 'a'));
    written.endWindows();
    expect(written.lines.slice(10)).toEqual(['a: 240 left out']);
  });

  test('a window ends with a summary only if lines were left out', () => {
    const written = new Written();
    written.write('a', 10);
    written.endWindows();
    written.write('a', 11);
    written.endWindows();
    expect(written.lines).toHaveLength(21);
    expect(written.lines.at(-1)).toBe('a: 1 left out');
  });

  test('kinds of lines have separate limits', () => {
    const written = new Written();
    written.write('a', 100);
    written.write('b', 1);
    expect(written.lines.at(-1)).toBe('b');
  });
});
