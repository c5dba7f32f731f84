import { expect, test } from '@jest/globals';
import { endsTransaction, haveEndedTransaction } from './transaction-control.js';

test.each([
  'COMMIT',
  'end;',
  '\n\tRollback',
  '/* a */ -- b\n ABORT',
  'ROLLBACK AND CHAIN',
  "PREPARE TRANSACTION 'x'",
])('the statement %j ends its transaction', (text) => {
  expect(endsTransaction(text)).toBe(true);
});

test.each([
  'SELECT 1',
  'ROLLBACK TO s',
  'rollback work to savepoint s',
  'ROLLBACK TRANSACTION TO s',
  'INSERT INTO commit VALUES (1)',
  'PREPARE p AS SELECT 1',
  '-- COMMIT\nSELECT 1',
  'endpoint()',
])('the statement %j leaves its transaction open', (text) => {
  expect(endsTransaction(text)).toBe(false);
});

test('the command tags of several statements show whether one of them ended the transaction', () => {
  expect(haveEndedTransaction('INSERT; COMMIT')).toBe(true);
  expect(haveEndedTransaction('INSERT; SELECT')).toBe(false);
  expect(haveEndedTransaction('ROLLBACK')).toBe(false);
});
