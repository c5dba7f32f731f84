import { expect, test } from '@jest/globals';
import { DuplicatePackageError, requireOneCopy } from './one-copy.js';

test('a second copy of the package in one process is rejected, and the error names both', () => {
  requireOneCopy();
  requireOneCopy();
  const other =
    'file:///app/node_modules/other/node_modules/nestjs-kafka-transport/dist/transport/one-copy.js';
  expect(() => requireOneCopy(other)).toThrow(DuplicatePackageError);
  expect(() => requireOneCopy(other)).toThrow(other);
  expect(() => requireOneCopy(other)).toThrow(import.meta.url.replace('.spec.ts', '.ts'));
});
