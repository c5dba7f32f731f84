import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { matches } from '../reading/filter.js';
import { displayText } from '../display-text.js';
import { indented, print, printToStderr, table } from './output.js';
import { someDeadLetter } from '../testing/some-dead-letter.js';

const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\u001b[1;1Hno dead letters\r\u001b[8m\u009b2J';
const CONTROLS = /\p{Cc}/u;

afterEach(() => {
  jest.restoreAllMocks();
});

/** The text that `work` writes to a stream of this process. */
function written(stream: NodeJS.WriteStream, work: () => void): string {
  let text = '';
  jest.spyOn(stream, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  work();
  jest.restoreAllMocks();
  return text;
}

describe('control characters in text of producers', () => {
  test('control characters of a key are escaped in a table', () => {
    const shown = table(['key'], [[displayText(Buffer.from(HOSTILE)) ?? '']]);
    expect(shown.replaceAll('\n', '')).not.toMatch(CONTROLS);
    expect(shown).toContain(String.raw`\u001b]0;owned\u0007`);
  });

  test('control characters of a key are escaped in text, except line breaks', () => {
    const shown = written(process.stdout, () => print({}, false, () => `key  ${HOSTILE}\nreason  x`));
    expect(shown.split('\n')).toHaveLength(3);
    expect(shown.replaceAll('\n', '')).not.toMatch(CONTROLS);
  });

  test('control characters of a key are escaped in JSON, which keeps its meaning', () => {
    const shown = written(process.stdout, () => print({ key: HOSTILE }, true, () => ''));
    expect(shown.replaceAll('\n', '')).not.toMatch(CONTROLS);
    expect(JSON.parse(shown)).toEqual({ key: HOSTILE });
  });

  test('control characters of a key are escaped in an error', () => {
    const shown = written(process.stderr, () => printToStderr(`error: no records of key ${HOSTILE}`));
    expect(shown.trimEnd()).not.toMatch(CONTROLS);
  });
});

test('further lines of a text are indented, so that none of them looks like a field', () => {
  expect(indented('a\nreason  none', 4)).toBe('a\n    reason  none');
});

test('a key is found by its own text and by the text that a table shows', () => {
  const deadLetter = someDeadLetter({ key: Buffer.from('a\u001b[2J') });
  expect(matches(deadLetter, { key: 'a\u001b[2J' })).toBe(true);
  expect(matches(deadLetter, { key: String.raw`a\u001b[2J` })).toBe(true);
  expect(matches(deadLetter, { key: 'a' })).toBe(false);
});
