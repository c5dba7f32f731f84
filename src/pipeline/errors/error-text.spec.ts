import { describe, expect, test } from '@jest/globals';
import { errorMessageOf, errorNameOf, errorStackOf, sqlStateOf, textOf } from './error-text.js';

/** An error with a getter that throws, like errors that build their text lazily. */
function failingAt(property: 'name' | 'message' | 'stack' | 'cause'): Error {
  return Object.defineProperty(new TypeError('no'), property, {
    get: () => {
      throw new Error('the getter failed');
    },
  });
}

describe('the text of an error can be read', () => {
  test('the text of an error can be read of an ordinary error', () => {
    const error = new TypeError('no', { cause: new RangeError('too much') });
    expect([errorNameOf(error), errorMessageOf(error)]).toEqual(['TypeError', 'no']);
    expect(errorStackOf(error)).toMatch(/^TypeError: no\n[^]*\nCaused by: RangeError: too much\n/);
  });

  test('the text of an error can be read of an error whose name cannot be read', () => {
    expect(errorNameOf(failingAt('name'))).toBe('Error');
  });

  test('the text of an error can be read of an error whose message cannot be read', () => {
    expect(errorMessageOf(failingAt('message'))).toBe('the message of the error could not be read');
  });

  test('the text of an error can be read of an error whose stack cannot be read', () => {
    expect(errorStackOf(failingAt('stack'))).toBe('TypeError: no');
  });

  test('the text of an error can be read of an error whose cause cannot be read', () => {
    expect(errorStackOf(failingAt('cause'))).toMatch(/^TypeError: no\n/);
  });

  test('the text of an error can be read of a proxy that was revoked', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('no'), {});
    revoke();
    expect([errorNameOf(proxy), errorMessageOf(proxy), errorStackOf(proxy), textOf(proxy)]).toEqual([
      'object',
      'object without a text',
      '',
      'object without a text',
    ]);
  });

  test('the text of an error can be read of an error that is its own cause', () => {
    const error = new Error('no');
    error.cause = error;
    expect(errorStackOf(error).match(/Caused by: /g)).toHaveLength(4);
  });
});

describe('an error of PostgreSQL', () => {
  const refused = Object.assign(new Error('duplicate key'), {
    name: 'error',
    severity: 'ERROR',
    code: '23505',
  });

  test('an error of PostgreSQL is identified by its SQLSTATE', () => {
    expect([errorNameOf(refused), sqlStateOf(refused)]).toEqual(['Error 23505', '23505']);
  });

  test('an error of PostgreSQL is recognized as the cause of another error', () => {
    const error = new TypeError('not booked', { cause: refused });
    expect([errorNameOf(error), sqlStateOf(error)]).toEqual(['TypeError 23505', '23505']);
  });

  test('an error of PostgreSQL is not recognized by a code that is no SQLSTATE', () => {
    const errors = [
      Object.assign(new Error('no'), { code: 'EPIPE' }),
      Object.assign(new Error('no'), { code: 'ECONNREFUSED', severity: 'ERROR' }),
    ];
    expect(errors.map(errorNameOf)).toEqual(['Error', 'Error']);
  });
});
