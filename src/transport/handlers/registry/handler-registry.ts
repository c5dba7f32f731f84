import { isDeepStrictEqual } from 'node:util';
import type { MessageHandler } from '@nestjs/microservices';
import type { Handler } from '../../../pipeline/index.js';
import { parkingTopicOf, retryPrefixOf } from '../../../redelivery/index.js';
import type { DirectCalls } from './direct-calls.js';
import {
  HandlerOptionsError,
  type HandlerDefaults,
  resolveHandlerOptions,
} from '../options/handler-options.js';
import { toDelay } from '../options/retry-delay.js';
import { FailureTopics } from './failure-topics.js';
import { HandlerRoutes } from './handler-routes.js';
import type { HandlerBinding, InvocationServices } from '../invocation/handler-binding.js';
import { toHandler } from '../invocation/invocation.js';

/** Options that all handlers of one topic and group must share, since they share its records. */
const SHARED = ['read', 'commit', 'order', 'concurrency', 'timeoutMs'] as const;

/** The topics that a group reads, and those that are missing. */
export interface TopicSelection {
  readonly existing: string[];
  readonly missing: string[];
  /** Topics that a pattern matches and that are not read, since they are named like topics of failed records. */
  readonly skipped: string[];
  /** Retry topics of the existing topics' handlers. */
  readonly retryTopics: readonly RetryTopic[];
  /** Parking topics that exist although the handlers of their sources no longer park. */
  readonly leftParking: readonly LeftParking[];
}

/** A parking topic of an earlier `onFailure: 'park'`. */
export interface LeftParking {
  readonly topic: string;
  readonly source: string;
  /** Whether later records of a parked key are parked behind it; batch handlers do not check. */
  readonly keepsOrder: boolean;
}

/** A topic in which a group's records of another topic wait for a retry. */
export interface RetryTopic {
  readonly topic: string;
  readonly source: string;
  /** Index of its delay in the handler's `delays`; their number if the delay was removed from them. */
  readonly hop: number;
  /** How long its records wait, from its name. */
  readonly delayMs: number;
  /** Whether only records that remained in it are read: its delay was removed from the handler's `delays`. */
  readonly isFormer: boolean;
}

/** The controllers' methods by topic and group. */
export class HandlerRegistry {
  readonly #bindings: HandlerBinding[] = [];
  readonly #routes = new HandlerRoutes(this.#bindings);
  readonly #failureTopics = new FailureTopics(this.#routes);
  readonly #handlers = new Map<string, Handler>();
  /** By group and name, once their sources were selected. */
  readonly #retryTopics = new Map<string, RetryTopic>();
  /** By group and source, once their sources were selected. */
  readonly #leftParking = new Set<string>();

  constructor(
    private readonly defaults: HandlerDefaults,
    private readonly services: InvocationServices,
    private readonly directCalls: Pick<DirectCalls, 'of' | 'nameOf'>,
  ) {}

  /**
   * @throws HandlerOptionsError if the options are invalid, or contradict those of another handler of the topic
   */
  add(
    pattern: string | RegExp,
    callback: MessageHandler,
    isEvent: boolean,
    extras: Readonly<Record<string, unknown>>,
  ): void {
    const known = this.directCalls.nameOf(extras);
    const options = resolveHandlerOptions({ name: known, pattern }, extras, this.defaults);
    const direct = isEvent ? this.directCalls.of(extras) : undefined;
    const name = known ?? String(pattern);
    const binding: HandlerBinding = { pattern, name, callback, isEvent, direct, options };
    const others = this.#bindings.filter((other) => isSame(other, binding));
    const replaced = isEvent ? undefined : others.find((other) => !other.isEvent);
    for (const other of others) if (other !== replaced) requireAgreement(other, binding);
    // As in Nest, a request has one answer: the last request handler replaces the one before.
    if (replaced) this.#bindings.splice(this.#bindings.indexOf(replaced), 1, binding);
    else this.#bindings.push(binding);
    const problems = this.#routes.problemsOf(binding);
    if (problems.length > 0) throw new HandlerOptionsError({ name: known, pattern }, problems);
  }

  /** Every handler. */
  get bindings(): readonly HandlerBinding[] {
    return this.#bindings;
  }

  get groups(): string[] {
    return this.#routes.groups;
  }

  /** The topics of `all` that the group has handlers for, and topics with handlers that are missing. */
  select(groupId: string, all: readonly string[]): TopicSelection {
    const named = this.#routes.ofGroup(groupId).map(({ pattern }) => pattern);
    const existing = all.filter((topic) => this.#routes.of(groupId, topic).length > 0).toSorted();
    const missing = named.filter((pattern) => typeof pattern === 'string' && !all.includes(pattern));
    this.#forgetAllBut(groupId, new Set(all));
    this.#failureTopics.setSources(groupId, existing);
    const retryTopics = existing.flatMap((topic) => this.#retryTopicsOf(groupId, topic, all));
    const leftParking = this.#findLeftParking(groupId, existing, new Set(all));
    return {
      existing,
      missing: [...new Set(missing.map(String))].toSorted(),
      skipped: this.#routes.skipped(groupId, all).filter((topic) => !this.#failureTopics.isDerived(topic)),
      retryTopics,
      leftParking,
    };
  }

  /** Forgets deleted topics: topics that a pattern matches may be created and deleted while the service runs. */
  #forgetAllBut(groupId: string, all: ReadonlySet<string>): void {
    const prefix = keyOf(groupId, '');
    const isGone = (key: string): boolean => key.startsWith(prefix) && !all.has(key.slice(prefix.length));
    for (const [key, { source }] of this.#retryTopics) {
      if (isGone(key) && !all.has(source)) this.#retryTopics.delete(key);
    }
    for (const key of this.#handlers.keys()) {
      if (isGone(key) && !this.#retryTopics.has(key)) this.#handlers.delete(key);
    }
    for (const key of this.#leftParking) if (isGone(key)) this.#leftParking.delete(key);
  }

  /** Whether the group has handlers for topics that may still be created. */
  awaitsTopics(groupId: string, known: ReadonlySet<string>): boolean {
    return this.#routes
      .ofGroup(groupId)
      .some(({ pattern }) => pattern instanceof RegExp || !known.has(pattern));
  }

  /** Whether any of the group's handlers has a `timeoutMs`. */
  hasTimeouts(groupId: string): boolean {
    return this.#routes.ofGroup(groupId).some(({ options }) => options.timeoutMs !== undefined);
  }

  /** The handler of a topic's records in a group. As in Nest, a topic name takes precedence over patterns. */
  handlerOf(groupId: string, topic: string): Handler | undefined {
    const key = keyOf(groupId, topic);
    const known = this.#handlers.get(key);
    if (known) return known;
    const retry = this.#retryTopics.get(key);
    const source = retry?.source ?? topic;
    const handler = toHandler(this.#routes.of(groupId, source), this.services, {
      source,
      retry,
      hasLeftParking: this.#leftParking.has(key),
    });
    // Its absence is not cached: a retry topic may be requested before it is known as one.
    if (handler) this.#handlers.set(key, handler);
    return handler;
  }

  /** The classes and methods that handle a topic's records in a group; undefined if there is none. */
  handlerNameOf(groupId: string, topic: string): string | undefined {
    const source = this.#retryTopics.get(keyOf(groupId, topic))?.source ?? topic;
    const names = this.#routes.of(groupId, source).map(({ name }) => name);
    return names.length > 0 ? names.join(', ') : undefined;
  }

  /** Whether a topic is a dead-letter, retry or parking topic of one of the handlers. */
  isFailureTopic(topic: string): boolean {
    return this.#failureTopics.has(topic);
  }

  /** Whether a topic is one in which the group's own records wait for their retry. */
  isRetryTopic(groupId: string, topic: string): boolean {
    return this.#retryTopics.has(keyOf(groupId, topic));
  }

  /** Retry topics of the handler's delays, and those of earlier delays that may still contain records. */
  #retryTopicsOf(groupId: string, source: string, all: readonly string[]): RetryTopic[] {
    const failures = this.#routes.of(groupId, source)[0]?.options.failures;
    if (!failures) return [];
    const prefix = retryPrefixOf(source, groupId);
    const delays = failures.policy.onFailure === 'retry-topic' ? failures.delays : [];
    const current = delays.map(({ name, ms }, hop) => {
      return { topic: prefix + name, source, hop, delayMs: ms, isFormer: false };
    });
    const left = all
      .filter((topic) => topic.startsWith(prefix) && current.every((each) => each.topic !== topic))
      .flatMap((topic) => {
        const delay = toDelay(topic.slice(prefix.length));
        return delay
          ? [{ topic, source, hop: failures.delays.length, delayMs: delay.ms, isFormer: true }]
          : [];
      });
    const retryTopics = [...current, ...left];
    for (const retry of retryTopics) this.#retryTopics.set(keyOf(groupId, retry.topic), retry);
    return retryTopics;
  }

  /**
   * A parking topic is read as long as it exists, even if the handler no longer parks: its records would never be
   * handled otherwise, and later records of their keys would overtake them.
   */
  #findLeftParking(groupId: string, sources: readonly string[], all: ReadonlySet<string>): LeftParking[] {
    const found: LeftParking[] = [];
    for (const source of sources) {
      const key = keyOf(groupId, source);
      const topic = parkingTopicOf(source, groupId);
      const options = this.#routes.of(groupId, source)[0]?.options;
      const isLeft = options?.failures.policy.onFailure !== 'park' && all.has(topic);
      // Recreate the handler if it was created before the parking topic was found, or before it was deleted.
      if (isLeft !== this.#leftParking.has(key)) this.#handlers.delete(key);
      if (isLeft) this.#leftParking.add(key);
      else this.#leftParking.delete(key);
      if (isLeft) found.push({ topic, source, keepsOrder: options?.read === 'one' });
    }
    return found;
  }
}

function keyOf(groupId: string, topic: string): string {
  return `${groupId}\n${topic}`;
}

function isSame(a: HandlerBinding, b: HandlerBinding): boolean {
  return String(a.pattern) === String(b.pattern) && a.options.groupId === b.options.groupId;
}

function requireAgreement(a: HandlerBinding, b: HandlerBinding): void {
  const problems = SHARED.filter((option) => a.options[option] !== b.options[option]).map(
    (option) => `${option} is ${a.options[option]} for one and ${b.options[option]} for the other`,
  );
  if (!isDeepStrictEqual(a.options.failures.given, b.options.failures.given)) {
    problems.push('their failure options (retry, onFailure, ...) differ');
  }
  if (b.options.read === 'batch') problems.push('a batch handler must be the only one');
  if (b.options.commit === 'manual')
    problems.push('a manual commit of one would also commit records that the other has not handled');
  if (problems.length === 0) return;
  problems.push('handlers of one topic share its records; give one of them a groupId of its own');
  const names = new Set([a.name, b.name].filter((name) => name !== String(a.pattern)));
  const name = names.size > 0 ? [...names].join(' and ') : undefined;
  throw new HandlerOptionsError({ name, pattern: a.pattern }, problems);
}
