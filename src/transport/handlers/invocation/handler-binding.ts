import type { MessageHandler } from '@nestjs/microservices';
import type { FailedRecord } from '../../../pipeline/index.js';
import type { ContextServices, KafkaRecordContext } from '../../context/kafka-record.context.js';
import type { FailureServices } from '../failures/failure-routing.js';
import type { ResolvedHandlerOptions } from '../options/handler-options.js';
import type { DirectCall } from '../registry/direct-call.js';
import type { CallTracer } from './call-tracer.js';

/** A controller's method, as Nest registers it with a transport. */
export interface HandlerBinding {
  readonly pattern: string | RegExp;
  /** `Class.method`, for messages. */
  readonly name: string;
  readonly callback: MessageHandler;
  readonly isEvent: boolean;
  /** Calls it without Nest's pipeline; undefined if the method has guards, pipes or other enhancers. */
  readonly direct: DirectCall | undefined;
  readonly options: ResolvedHandlerOptions;
}

/** The services of the transport that handler calls use. */
export interface InvocationServices {
  readonly failures: FailureServices;
  /** Undefined if calls are not traced. */
  readonly tracer: CallTracer | undefined;
  /** The services of the contexts of a group's records. */
  contextServices(groupId: string): ContextServices;
  /** Whether Nest's processing hooks are set. */
  readonly instrumented: boolean;
  /** Runs a call between Nest's processing hooks. */
  instrument(context: KafkaRecordContext, call: () => unknown): unknown;
  /** Runs a call, and answers the record if it is a request. */
  respond(binding: HandlerBinding, context: KafkaRecordContext, call: () => unknown): unknown;
  /** Tells the sender of a request that it failed for good. */
  failedForGood(failed: FailedRecord): Promise<void>;
}
