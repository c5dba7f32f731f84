import { expect, test } from '@jest/globals';
import { CodedError } from './coded.error.js';

class TestError extends CodedError {
  readonly code = 'TEST';
}

test('an error has the name of its class, its code and its cause', () => {
  const cause = new Error('the cause');
  const error = new TestError('what happened', { cause });
  expect(String(error)).toBe('TestError: what happened');
  expect(error).toMatchObject({ code: 'TEST', cause });
});
