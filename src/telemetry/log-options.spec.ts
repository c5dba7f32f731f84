import { expect, test } from '@jest/globals';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import pretty from 'pino-pretty';
import { logOptions } from './log-options.js';

const HOSTILE = 'key \u001b[2J\u009b1;1H\u007f\r\u202e';
const CONTROLS = /\p{Cc}|\u202e/u;

/** The output of a log in the given format for a message, an object and an error. */
function linesOf(format: 'json' | 'pretty'): string {
  let text = '';
  const sink = new Writable({
    write(chunk: unknown, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const { transport: _worker, hooks } = logOptions({ level: 'info', format }) as {
    transport?: unknown;
    hooks: { streamWrite(line: string): string };
  };
  const destination =
    format === 'pretty' ? pretty({ destination: sink, sync: true, colorize: false, singleLine: true }) : sink;
  const log = pino({ hooks }, destination);
  log.info(HOSTILE);
  log.info({ [HOSTILE]: HOSTILE }, 'fields');
  log.error(new Error(HOSTILE));
  return text;
}

test.each(['json', 'pretty'] as const)(
  'a line of the log as %s has no control character of its content',
  (format) => {
    const text = linesOf(format);
    expect(text).toContain('key ');
    expect(text.replaceAll('\n', '')).not.toMatch(CONTROLS);
  },
);

test('a JSON log line keeps its meaning when it is made safe for a terminal', () => {
  const [first] = linesOf('json').split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({ msg: HOSTILE });
});

test('a pretty log line shows control characters as escape sequences', () => {
  expect(linesOf('pretty')).toContain(String.raw`key \u001b[2J\u009b1;1H\u007f\r\u202e`);
});
