import { describe, expect, it } from '@jest/globals';
import { parseLogLine } from './log-line.js';

describe('parseLogLine', () => {
  it('parseLogLine finds the record of a handler and its topic', () => {
    const line = '{"level":30,"msg":"Received message: a","topic":"t","partition":0}';
    expect(parseLogLine(line)).toEqual({
      text: 'Received message: a',
      topic: 't',
      received: true,
      alarming: false,
    });
  });

  it('parseLogLine returns no topic if the line has none', () => {
    expect(parseLogLine('{"level":30,"msg":"started"}')).toEqual({
      text: 'started',
      received: false,
      alarming: false,
    });
  });

  it.each([
    ['{"level":40,"msg":"careful"}', 'careful'],
    ['{"level":"error","msg":"broken"}', 'broken'],
    ['    at Object.<anonymous>', '    at Object.<anonymous>'],
    ['null', 'null'],
  ])('parseLogLine reports as alarming %s', (line, text) => {
    expect(parseLogLine(line)).toEqual({ text, received: false, alarming: true });
  });
});
