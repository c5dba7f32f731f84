import { expect, test } from '@jest/globals';
import { withVersion } from './next-version.js';

const CHANGELOG = '# Changelog\n\nAll notable changes.\n\n## 0.1.0 - 2026-01-31\n\n- The first.\n';
const transport = `# nestjs-kafka-transport

## 0.2.0

### Minor Changes

- A new option:

  - with a list
- An entry of both packages.

### Patch Changes

- A fix.
`;
const generator = `# create-nestjs-kafka-consumer

## 0.2.0

### Minor Changes

- An entry of both packages.
- A new template.
`;

test('a version is the first section of the changelog, with the entries of all packages, each once', () => {
  expect(withVersion(CHANGELOG, '0.2.0 - 2026-02-28', [transport, generator])).toBe(`# Changelog

All notable changes.

## 0.2.0 - 2026-02-28

### Minor Changes

- A new option:

  - with a list
- An entry of both packages.
- A new template.

### Patch Changes

- A fix.

## 0.1.0 - 2026-01-31

- The first.
`);
});

test('a changelog without a version gets its first one at the end', () => {
  expect(withVersion('# Changelog\n\n', '0.1.0', ['### Patch Changes\n\n- A fix.'])).toBe(
    '# Changelog\n\n## 0.1.0\n\n### Patch Changes\n\n- A fix.\n\n',
  );
});
