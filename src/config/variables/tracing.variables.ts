import { flag, httpUrl, oneOf, ratio, secretText, text } from './kinds.js';
import { optional, variable } from './variable.js';

/** Traces, by the names that OpenTelemetry has given these variables. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(httpUrl(), {
    description: 'Collector that traces are sent to, as JSON over HTTP; /v1/traces is added. None: no traces',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: optional(httpUrl(), {
    description: 'The same for traces alone, taken as it stands; goes before the other',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: optional(secretText(), {
    description: 'Headers sent along, such as a token: name=value, with commas between them',
    secret: true,
  }),
  OTEL_SERVICE_NAME: optional(text(), {
    description: 'Name of this service in traces',
    defaultInWords: 'that of KAFKA_CLIENT_ID',
  }),
  // Long where an operator of the cluster injects what it knows of a pod.
  OTEL_RESOURCE_ATTRIBUTES: optional(text({ longest: 16_384 }), {
    description: 'More about this service in traces: name=value, with commas between them',
  }),
  OTEL_TRACES_SAMPLER: variable(
    oneOf([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ]),
    { description: 'Which traces are sent', default: 'parentbased_always_on' },
  ),
  OTEL_TRACES_SAMPLER_ARG: variable(ratio(), {
    description: 'Part of the traces that a sampler with traceidratio sends',
    default: '1',
  }),
  OTEL_SDK_DISABLED: variable(flag(), {
    description: 'Turns traces off, whatever else is set',
    default: 'false',
  }),
};
