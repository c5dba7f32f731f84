import { flag, httpUrl, oneOf, ratio, secretText, text } from './kinds.js';
import { optional, variable } from './variable.js';

/** Traces. The variables are OpenTelemetry's own. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(httpUrl(), {
    description:
      'Collector that receives the traces as JSON over HTTP; /v1/traces is appended. Without it there are no traces',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: optional(httpUrl(), {
    description: 'The full URL for traces, used unchanged; overrides OTEL_EXPORTER_OTLP_ENDPOINT',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: optional(secretText(), {
    description: 'Headers of the requests to the collector, such as a token: name=value, separated by commas',
    secret: true,
  }),
  OTEL_SERVICE_NAME: optional(text(), {
    description: 'Name of this service in traces',
    defaultInWords: 'the value of KAFKA_CLIENT_ID',
  }),
  // Can be long: the OpenTelemetry operator for Kubernetes injects the attributes of the pod.
  OTEL_RESOURCE_ATTRIBUTES: optional(text({ longest: 16_384 }), {
    description: 'Further attributes of this service in traces: name=value, separated by commas',
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
    description: 'Ratio of traces that a traceidratio sampler sends',
    default: '1',
  }),
  OTEL_SDK_DISABLED: variable(flag(), {
    description: 'Whether to turn off traces regardless of the other variables',
    default: 'false',
  }),
};
