import { describe, expect, it } from '@jest/globals';
import { Received } from './received.js';

function received(...topics: (string | undefined)[]): Received {
  const counted = new Received();
  for (const topic of topics) counted.add(topic);
  return counted;
}

describe('Received', () => {
  it('nothing is missing if every topic received as many records as were sent', () => {
    expect(received('a', 'b', 'b').missing(['a', 'b'], 1)).toBeUndefined();
  });

  it('a topic with missing records is named, even if another received duplicates', () => {
    expect(received('a', 'a').missing(['a', 'b'], 1)).toBe('0 of 1 records of b were received');
  });

  it('records are counted in total if lines name no topic', () => {
    expect(received(undefined, undefined).missing(['a', 'b'], 1)).toBeUndefined();
    expect(received(undefined).missing(['a', 'b'], 1)).toBe('1 of 2 records were received');
  });

  it('everything is missing at first', () => {
    expect(received().missing(['a'], 2)).toBe('0 of 2 records of a were received');
  });
});
