import { describe, expect, test } from '@jest/globals';
import type { KafkaHandlerOptions } from './handler-options.js';
import { HandlerRegistry } from './handler-registry.js';

const GROUP = 'service';

const notAskedFor = (): never => {
  throw new Error('not asked for');
};

function registryOf(...handlers: readonly (readonly [string | RegExp, KafkaHandlerOptions?])[]) {
  const services = {
    contextServices: notAskedFor,
    instrumented: false,
    instrument: notAskedFor,
    respond: notAskedFor,
  };
  const registry = new HandlerRegistry({ groupId: GROUP, commit: 'auto' }, services, { of: () => undefined });
  for (const [pattern, options] of handlers) registry.add(pattern, notAskedFor, true, { ...options });
  return registry;
}

describe('a group’s topics', () => {
  test('are those of its handlers’ names and patterns that there are, in order', () => {
    const registry = registryOf(['orders'], [/^audit\./], ['other', { groupId: 'other' }]);
    const { existing } = registry.select(GROUP, ['other', 'orders', 'audit.b', 'audit.a', 'audits']);
    expect(existing).toEqual(['audit.a', 'audit.b', 'orders']);
  });

  test('are missing where a handler names one that is not there, each named once', () => {
    const registry = registryOf(['b'], ['a'], ['a'], [/^never/], ['there']);
    expect(registry.select(GROUP, ['there'])).toEqual({ existing: ['there'], missing: ['a', 'b'] });
  });

  test('are none for a group without handlers', () => {
    expect(registryOf(['a']).select('unknown', ['a'])).toEqual({ existing: [], missing: [] });
  });

  test('are awaited while one that a handler names is not known', () => {
    const registry = registryOf(['a'], ['b']);
    expect(registry.awaitsTopics(GROUP, new Set(['a']))).toBe(true);
    expect(registry.awaitsTopics(GROUP, new Set(['a', 'b', 'c']))).toBe(false);
    expect(registry.awaitsTopics('unknown', new Set())).toBe(false);
  });

  test('are awaited for ever where there is a pattern', () => {
    expect(registryOf([/^a/]).awaitsTopics(GROUP, new Set(['a']))).toBe(true);
  });
});

test('a group has timeouts if one of its handlers has', () => {
  const registry = registryOf(['a'], ['b', { timeoutMs: 5 }], ['c', { groupId: 'other' }]);
  expect([registry.hasTimeouts(GROUP), registry.hasTimeouts('other')]).toEqual([true, false]);
});
