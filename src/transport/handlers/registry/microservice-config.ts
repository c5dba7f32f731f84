import { CodedError } from '../../../errors/index.js';

/** The transport was not connected by `connectKafka`, so its microservice does not have the pass-through filter. */
export class MicroserviceConfigError extends CodedError {
  readonly code = 'MICROSERVICE_CONFIG';

  constructor() {
    super(
      'connect the Kafka transport with connectKafka(app) in place of app.connectMicroservice() or ' +
        'NestFactory.createMicroservice(); with ' +
        '{ inheritAppConfig: true } the global guards, pipes, interceptors and filters of the application apply to its ' +
        'handlers too',
    );
  }
}
