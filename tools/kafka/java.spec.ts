import { describe, expect, it } from '@jest/globals';
import { majorVersion } from './java.js';

describe('majorVersion', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "21" 2023-09-19', 21],
    ['openjdk version "25-ea" 2025-09-16', 25],
    ['command not found', undefined],
  ])('majorVersion of %s is %s', (text, major) => {
    expect(majorVersion(text)).toBe(major);
  });
});
