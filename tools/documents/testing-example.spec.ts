import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { documentedExample } from './example.js';

/** The imports of the example of docs/testing.md, in this project. */
const IMPORTS = [
  ["'node:test'", "'@jest/globals'"],
  ["'nestjs-kafka-transport'", "'../../src/index.js'"],
  ["'nestjs-kafka-transport/testing'", "'../../src/testing/index.js'"],
] as const;

const example = documentedExample('docs/testing.md');
const file = path.join(import.meta.dirname, `documented-${process.pid}.ts`);

test('the example of docs/testing.md imports the package', () => {
  for (const [name] of IMPORTS) expect(example).toContain(`from ${name};`);
});

// The tests of the example run as tests of this spec.
writeFileSync(
  file,
  IMPORTS.reduce((code, [from, to]) => code.replace(from, to), example),
);
try {
  await import(file);
} finally {
  rmSync(file);
}
