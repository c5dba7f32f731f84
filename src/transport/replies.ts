import { KafkaHeaders, KafkaRetriableException, RpcException } from '@nestjs/microservices';
import { KafkaRequestSerializer } from '@nestjs/microservices/serializers/kafka-request.serializer.js';
import { lastValueFrom, of, tap } from 'rxjs';
import { CodedError } from '../errors/index.js';
import { ANSWERED, type FailedRecord, HandlerTimeoutError, type InFlightRecord } from '../pipeline/index.js';
import { type OutgoingRecord, type RecordProducer, RecordTooLargeError } from '../client/index.js';
import type { KafkaRecordContext } from './context/kafka-record.context.js';
import { PayloadError } from './payload/payload.js';
import { completionOfRecord, streamOf } from './handlers/invocation/results.js';
import { type ReturnAddress, returnAddress } from './return-address.js';
import { SchemaViolationError } from './payload/schema.js';

interface Reply {
  readonly response?: unknown;
  /** The failure that the client receives: text that is not empty. */
  readonly failure?: string;
  readonly isDisposed?: boolean;
}

/** Sent in place of an error whose details must not be disclosed. */
const INTERNAL = { status: 'error', message: 'Internal server error' };

/** The dependencies of replies. */
export interface ReplyParts {
  readonly producer: RecordProducer;
  /** Whether a topic holds failed records of this service. A client must not write there in the service's name. */
  readonly isFailureTopic: (topic: string) => boolean;
  /** Receives errors whose details are not sent to the client. */
  readonly hidden: (record: InFlightRecord, error: unknown) => void;
  /** Receives requests that are handled without a reply, and the reason. */
  readonly refused: (record: InFlightRecord, error: ReplyTopicError) => void;
}

/** A request wants its reply in a topic that holds failed records of this service. */
export class ReplyTopicError extends CodedError {
  readonly code = 'REPLY_TOPIC';

  constructor(readonly topic: string) {
    super(
      `its reply topic ${topic} is a dead-letter, retry or parking topic of this service; the client must name another one`,
    );
  }
}

/** Answers requests, as Nest's `ClientKafka` sends them: records with a correlation id and a reply topic. */
export class Replies {
  readonly #serializer = new KafkaRequestSerializer();

  constructor(private readonly parts: ReplyParts) {}

  /**
   * Runs `call`. If the record is a request, sends the result or the failure as the reply and resolves to `ANSWERED`.
   * A call that will be retried is not answered yet. A request with a reply topic that must not be used is handled
   * like an event.
   */
  respond(context: KafkaRecordContext, call: () => unknown): unknown {
    const address = returnAddress(context.rawHeaders);
    if (!address) return call();
    if (!this.parts.isFailureTopic(address.topic)) return this.#answer(address, context, call);
    this.parts.refused(context.record, new ReplyTopicError(address.topic));
    return call();
  }

  /** If the record is a request, tells the client that it failed for good. Never throws. */
  async failedForGood({ record }: FailedRecord): Promise<void> {
    const address = returnAddress(record.headers);
    if (!address || this.parts.isFailureTopic(address.topic)) return;
    try {
      await this.parts.producer.send(
        await this.#toRecord(address, { failure: INTERNAL_TEXT, isDisposed: true }),
      );
    } catch {
      // Ignored: the record is stored, and the client will time out.
    }
  }

  /** Resolves once the broker has the reply. Each value is sent; the last one carries the end marker. */
  async #answer(
    address: ReturnAddress,
    context: KafkaRecordContext,
    call: () => unknown,
  ): Promise<typeof ANSWERED> {
    let last: Reply | undefined;
    let sent = Promise.resolve();
    const send = (reply: Reply): void => {
      sent = sent.then(() => this.#send(address, context, reply));
      // Awaited at the end: a stream may continue long after the reply to an early value has failed.
      sent.catch(() => undefined);
    };
    try {
      const result = await call();
      const stream = streamOf(result) ?? of((await completionOfRecord(result)) ?? result);
      const noted = tap((response) => {
        if (last) send(last);
        last = { response };
      });
      await lastValueFrom(stream.pipe(noted), { defaultValue: undefined });
      send({ ...last, isDisposed: true });
    } catch (error) {
      if (isToRepeat(error, context) && !last) throw error;
      if (last) send(last);
      send({ failure: this.#failureOf(error, context), isDisposed: true });
    }
    await sent;
    return ANSWERED;
  }

  /** A response that can't be serialized or is too large fails the same way in every retry. */
  async #send(address: ReturnAddress, context: KafkaRecordContext, reply: Reply): Promise<void> {
    try {
      const record = await this.#toRecord(address, reply).catch((error: unknown) => {
        throw new UnwritableReply(error);
      });
      await this.parts.producer.send(record);
    } catch (error) {
      if (!(error instanceof UnwritableReply || error instanceof RecordTooLargeError)) throw error;
      this.parts.hidden(context.record, error instanceof UnwritableReply ? error.cause : error);
      await this.parts.producer.send(
        await this.#toRecord(address, { failure: INTERNAL_TEXT, isDisposed: true }),
      );
    }
  }

  async #toRecord(address: ReturnAddress, reply: Reply): Promise<OutgoingRecord> {
    const message = (await this.#serializer.serialize(reply.response)) as {
      key?: string;
      value: string | Buffer | null;
      headers: Record<string, Buffer | string>;
    };
    return {
      topic: address.topic,
      ...(address.partition === undefined ? {} : { partition: address.partition }),
      key: message.key ?? null,
      value: message.value,
      headers: {
        ...message.headers,
        [KafkaHeaders.CORRELATION_ID]: address.correlationId,
        ...(reply.failure !== undefined && { [KafkaHeaders.NEST_ERR]: Buffer.from(reply.failure) }),
        ...(reply.isDisposed && { [KafkaHeaders.NEST_IS_DISPOSED]: Buffer.alloc(1) }),
      },
    };
  }

  /** Like Nest's own filter: details of unknown errors are not disclosed, but problems of the request are. */
  #failureOf(error: unknown, context: KafkaRecordContext): string {
    if (error instanceof PayloadError || error instanceof SchemaViolationError)
      return textOf({ status: 'error', message: error.message });
    if (error instanceof RpcException) {
      const inner = error.getError();
      return textOf(typeof inner === 'object' ? inner : { status: 'error', message: inner });
    }
    if (error instanceof Error) {
      this.parts.hidden(context.record, error);
      return INTERNAL_TEXT;
    }
    return textOf(error);
  }
}

const INTERNAL_TEXT = JSON.stringify(INTERNAL);

/** A response can't be serialized. */
class UnwritableReply extends Error {
  constructor(cause: unknown) {
    super('the response cannot be written', { cause });
  }
}

/** Clients treat an empty or missing text as success. */
function textOf(failure: unknown): string {
  if (typeof failure === 'string' && failure !== '') return failure;
  try {
    return (JSON.stringify(failure || INTERNAL) as string | undefined) ?? INTERNAL_TEXT;
  } catch {
    return INTERNAL_TEXT;
  }
}

/** Whether the request is handled again after the failure, here or by the partition's next owner. */
function isToRepeat(error: unknown, { signal }: KafkaRecordContext): boolean {
  if (error instanceof KafkaRetriableException) return true;
  return signal.aborted && !(signal.reason instanceof HandlerTimeoutError);
}
