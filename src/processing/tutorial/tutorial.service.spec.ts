import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { TutorialService } from './tutorial.service.js';

/** A logger that collects its lines. */
class Lines extends ConsoleLogger {
  readonly lines: string[] = [];

  override log(message: unknown): void {
    this.lines.push(String(message));
  }
}

let log: Lines;

beforeEach(() => {
  log = new Lines();
  Logger.overrideLogger(log);
});

afterEach(() => Logger.overrideLogger(false));

describe('TutorialService', () => {
  it.each<[string, unknown, string]>([
    ['text as it is', 'Good morning, Kafka.', 'Received message: Good morning, Kafka.'],
    [
      'an object as JSON',
      { kind: 'json', numbers: [1, 2] },
      'Received message: {"kind":"json","numbers":[1,2]}',
    ],
    ['empty text', '', 'Received message: '],
    ['a tombstone as null', null, 'Received message: null'],
  ])('TutorialService prints %s', (_what, value, expected) => {
    new TutorialService().processMessage(value);
    expect(log.lines).toEqual([expected]);
  });

  it('TutorialService prints one line per message, in order', () => {
    const tutorial = new TutorialService();
    for (const value of ['one', 'two', 'three']) tutorial.processMessage(value);
    expect(log.lines).toEqual(['one', 'two', 'three'].map((value) => `Received message: ${value}`));
  });
});
