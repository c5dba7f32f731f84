import { Controller, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  KafkaHandler,
  type KafkaHandlerOptions,
  type KafkaRecordContext,
} from '../../../src/transport/index.js';
import { OffsetsService } from '../../../src/offsets/index.js';
import { committedOffsets, uniqueName } from '../../support/kafka.js';
import { type RunningService, startService } from '../../support/service.js';

/** A handler as a test writes it. */
export type Handle = (payload: unknown, context: KafkaRecordContext, offsets: OffsetsService) => unknown;

/** A handler's topic and options. */
export interface HandlerSpec {
  readonly topic: string | RegExp;
  readonly options?: KafkaHandlerOptions;
  readonly handle: Handle;
}

/** Environment variables of a deployment. */
export interface Deployment {
  /** Default: a unique group. */
  readonly groupId?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A service that was started with `startHandlers`. */
export interface HandlerService extends RunningService {
  readonly groupId: string;
}

const running = new Set<RunningService>();

/** Starts a service in this process with a controller for each handler; does not wait for it to join. */
export async function startHandlers(
  specs: readonly HandlerSpec[],
  { groupId = uniqueName('group'), env = {} }: Deployment = {},
): Promise<HandlerService> {
  const service = await startService(
    { controllers: specs.map(controllerOf) },
    { KAFKA_GROUP_ID: groupId, KAFKA_TOPIC_REFRESH_MS: '200', ...env },
  );
  running.add(service);
  return { ...service, groupId };
}

/** For `afterEach`: stops all services of the test, without waiting long for handlers. */
export async function stopServices(): Promise<void> {
  await Promise.all([...running].map((service) => service.stop(500)));
  running.clear();
}

/** The group's committed offset of a partition, from the broker; 0 if there is none. */
export async function committed(groupId: string, topic: string, partition = 0): Promise<bigint> {
  return (await committedOffsets(groupId, topic)).get(partition) ?? 0n;
}

function controllerOf({ topic, options = {}, handle }: HandlerSpec): Type {
  @Controller()
  class HandlerController {
    constructor(private readonly offsets: OffsetsService) {}

    @KafkaHandler(topic, options)
    handle(@Payload() payload: unknown, @Ctx() context: KafkaRecordContext): unknown {
      return handle(payload, context, this.offsets);
    }
  }
  return HandlerController;
}
