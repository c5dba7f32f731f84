import { KafkaHeaders, KafkaRetriableException, RpcException } from '@nestjs/microservices';
import { KafkaRequestSerializer } from '@nestjs/microservices/serializers/kafka-request.serializer.js';
import { from, isObservable, lastValueFrom, type Observable, of, tap } from 'rxjs';
import { Logger } from '@nestjs/common';
import type { RecordProducer } from './consumer-port.js';
import type { KafkaRecordContext } from './kafka-record.context.js';

interface Reply {
  readonly response?: unknown;
  readonly err?: unknown;
  readonly isDisposed?: boolean;
}

/** Where a request wants its reply. */
interface ReturnAddress {
  readonly correlationId: string;
  readonly topic: string;
  readonly partition: number | undefined;
}

/** Answers requests, as Nest's `ClientKafka` sends them: records with a correlation id and a reply topic. */
export class Replies {
  readonly #serializer = new KafkaRequestSerializer();
  readonly #logger = new Logger('KafkaReplies');

  constructor(private readonly producer: RecordProducer) {}

  /** Runs `call` and sends what it gives, or how it failed, if the record asks for a reply; else just runs it. */
  respond(context: KafkaRecordContext, call: () => unknown): unknown {
    const address = returnAddress(context);
    return address ? this.#answer(address, call) : call();
  }

  /** Resolves once the reply is with the broker. Each value is sent; the last one carries the end mark. */
  async #answer(address: ReturnAddress, call: () => unknown): Promise<void> {
    let last: Reply | undefined;
    let sent = Promise.resolve();
    const send = (reply: Reply): void => {
      sent = sent.then(() => this.#send(address, reply));
      // It is awaited at the end; a stream may go on for long after the reply to an early value has failed.
      sent.catch(() => undefined);
    };
    try {
      const values = toObservable(await call()).pipe(
        tap((response) => {
          if (last) send(last);
          last = { response };
        }),
      );
      await lastValueFrom(values, { defaultValue: undefined });
      send({ ...last, isDisposed: true });
    } catch (error) {
      if (error instanceof KafkaRetriableException && !last) throw error;
      if (last) send(last);
      send({ err: this.#toReply(error), isDisposed: true });
    }
    await sent;
  }

  async #send(address: ReturnAddress, reply: Reply): Promise<void> {
    const message = (await this.#serializer.serialize(reply.response)) as {
      key?: string;
      value: string | Buffer | null;
      headers: Record<string, Buffer | string>;
    };
    const headers: Record<string, Buffer | string> = {
      ...message.headers,
      [KafkaHeaders.CORRELATION_ID]: Buffer.from(address.correlationId),
    };
    if (reply.err !== undefined) {
      const text = typeof reply.err === 'string' ? reply.err : JSON.stringify(reply.err);
      headers[KafkaHeaders.NEST_ERR] = Buffer.from(text);
    }
    if (reply.isDisposed) headers[KafkaHeaders.NEST_IS_DISPOSED] = Buffer.alloc(1);
    await this.producer.send({
      topic: address.topic,
      ...(address.partition === undefined ? {} : { partition: address.partition }),
      key: message.key ?? null,
      value: message.value,
      headers,
    });
  }

  /** What Nest's own filter would send: nothing of an unknown error gets out. */
  #toReply(error: unknown): unknown {
    if (error instanceof RpcException) {
      const inner = error.getError();
      return typeof inner === 'object' ? inner : { status: 'error', message: inner };
    }
    if (!(error instanceof Error)) return error;
    this.#logger.error(error);
    return { status: 'error', message: 'Internal server error' };
  }
}

function returnAddress(context: KafkaRecordContext): ReturnAddress | undefined {
  const headers = context.getMessage().headers ?? {};
  const correlationId = headers[KafkaHeaders.CORRELATION_ID];
  const topic = headers[KafkaHeaders.REPLY_TOPIC];
  if (!correlationId || !topic) return undefined;
  const partition = headers[KafkaHeaders.REPLY_PARTITION];
  return {
    correlationId: String(correlationId),
    topic: String(topic),
    partition: partition === undefined || partition === null ? undefined : Number(String(partition)),
  };
}

function toObservable(value: unknown): Observable<unknown> {
  return isObservable(value) ? value : value instanceof Promise ? from(value) : of(value);
}
