import { ApplicationConfig } from '@nestjs/core';

/** The microservice does not share the guards, pipes, interceptors and filters of its application. */
export class MicroserviceConfigError extends Error {
  readonly code = 'MICROSERVICE_CONFIG';

  constructor() {
    super(
      'the Kafka microservice does not share the configuration of its application, so that global guards, pipes, ' +
        'interceptors and filters would not apply to its handlers; connect it with ' +
        'app.connectMicroservice({ strategy: app.get(KafkaStrategy) }, { inheritAppConfig: true })',
    );
    this.name = 'MicroserviceConfigError';
  }
}

/** The configuration of the handler that Nest is building in this turn of the event loop. */
let current: ApplicationConfig | undefined;
let isWatching = false;

/**
 * Notes the configuration whose global enhancers Nest applies to a handler: Nest reads its guards when it builds the
 * handler, and registers the handler in the same turn. A transport has no other way to know its microservice's
 * configuration (@nestjs/microservices, listeners-controller.js, registerPatternHandlers).
 */
export function watchConfigs(): void {
  if (isWatching) return;
  isWatching = true;
  const { getGlobalGuards } = ApplicationConfig.prototype;
  ApplicationConfig.prototype.getGlobalGuards = function noted(this: ApplicationConfig) {
    note(this);
    return getGlobalGuards.call(this);
  };
}

function note(config: ApplicationConfig): void {
  if (current === undefined) queueMicrotask(() => (current = undefined));
  current = config;
}

/**
 * Call it while Nest registers a handler.
 * @throws MicroserviceConfigError if the handler was built with another configuration than the application's
 */
export function requireConfigOf(application: ApplicationConfig | undefined): void {
  if (current !== undefined && current !== application) throw new MicroserviceConfigError();
}
