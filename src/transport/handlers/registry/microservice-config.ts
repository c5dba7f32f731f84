import { ApplicationConfig } from '@nestjs/core';

/** The microservice has guards, pipes, interceptors and filters of its own, apart from those of the application. */
export class MicroserviceConfigError extends Error {
  readonly code = 'MICROSERVICE_CONFIG';

  constructor() {
    super(
      'the Kafka microservice does not share the configuration of its application, so that global guards, pipes, ' +
        'interceptors and filters would not hold for its handlers; connect it with ' +
        'app.connectMicroservice({ strategy: app.get(KafkaStrategy) }, { inheritAppConfig: true })',
    );
    this.name = 'MicroserviceConfigError';
  }
}

/** The configuration that Nest is building a handler with in this very turn. */
let current: ApplicationConfig | undefined;
let isWatching = false;

/**
 * Notes which configuration Nest takes the global enhancers of a handler from: it asks for the guards when it builds the
 * handler, and hands it to the transport in the same turn. A transport has no other way to know its microservice's
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
 * Call it while Nest hands over a handler.
 * @throws MicroserviceConfigError where that was built with another configuration than the application's
 */
export function requireConfigOf(application: ApplicationConfig | undefined): void {
  if (current !== undefined && current !== application) throw new MicroserviceConfigError();
}
