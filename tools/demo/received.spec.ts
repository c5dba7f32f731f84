import { describe, expect, it } from '@jest/globals';
import { Received } from './received.js';

function received(...topics: (string | undefined)[]): Received {
  const counted = new Received();
  for (const topic of topics) counted.add(topic);
  return counted;
}

describe('Received', () => {
  it('misses nothing when each topic was received as often as it was sent to', () => {
    expect(received('a', 'b', 'b').missing(['a', 'b'], 1)).toBeUndefined();
  });

  it('names the topic that is short, though another was received twice', () => {
    expect(received('a', 'a').missing(['a', 'b'], 1)).toBe('0 of 1 records of b were received');
  });

  it('counts all together when lines name no topic', () => {
    expect(received(undefined, undefined).missing(['a', 'b'], 1)).toBeUndefined();
    expect(received(undefined).missing(['a', 'b'], 1)).toBe('1 of 2 records were received');
  });

  it('misses everything at first', () => {
    expect(received().missing(['a'], 2)).toBe('0 of 2 records of a were received');
  });
});
