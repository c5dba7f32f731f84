import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { terminalJson, terminalJsonToPrint, terminalLine, terminalLines } from './terminal-safe.js';

const CONTROLS = /\p{Cc}/u;
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2J',
        '\u009b1;1H',
        '\u007f',
        '\r',
        '\n',
        '\t',
        '\\',
        '\\u001b',
        '\u202e',
        '\ufeff',
      ),
    ),
  )
  .map((parts) => parts.join(''));

test('a line shows control characters as escape sequences', () => {
  expect(terminalLine('a\u001b[2J\u009b8m\u007f\r\n\tb\u202ec')).toBe(
    String.raw`a\u001b[2J\u009b8m\u007f\r\n\tb\u202ec`,
  );
  expect(terminalLine('grüße 👋 שלום')).toBe('grüße 👋 שלום');
});

test('a safe line contains no control characters, and safe lines only line breaks and tabs', () => {
  fc.assert(
    fc.property(text, (each) => {
      expect(terminalLine(each)).not.toMatch(CONTROLS);
      expect(terminalLines(each).replaceAll(/[\n\t]/g, '')).not.toMatch(CONTROLS);
    }),
  );
});

test('safe JSON keeps its meaning and contains no control characters', () => {
  fc.assert(
    fc.property(text, (each) => {
      const json = terminalJson(JSON.stringify({ each, list: [each] }, undefined, 2));
      expect(json.replaceAll('\n', '')).not.toMatch(CONTROLS);
      expect(JSON.parse(json)).toEqual({ each, list: [each] });
    }),
  );
});

test('the strings of JSON that is made safe to print contain no control characters but line breaks and tabs', () => {
  fc.assert(
    fc.property(text, (each) => {
      const printed = JSON.parse(terminalJsonToPrint(JSON.stringify([each]))) as string[];
      expect(printed).toEqual([terminalLines(each)]);
    }),
  );
});
