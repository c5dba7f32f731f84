import { errorMessageOf, errorNameOf, errorStackOf, type RawHeaders } from '../pipeline/index.js';
import { HEADERS } from './headers.js';

const NAME_BYTES = 256;
const MESSAGE_BYTES = 1024;
const STACK_BYTES = 4096;

/** The headers that describe a handler's error. Their size is limited, and they can be built for any thrown value. */
export function exceptionHeaders(error: unknown): RawHeaders {
  return {
    [HEADERS.exceptionClass]: cutText(errorNameOf(error), NAME_BYTES),
    [HEADERS.exceptionMessage]: cutText(errorMessageOf(error), MESSAGE_BYTES),
    [HEADERS.exceptionStacktrace]: cutText(errorStackOf(error), STACK_BYTES),
  };
}

/** The first bytes of the text, without an incomplete character at the end. */
function cutText(text: string, bytes: number): string {
  // A character has at most 3 bytes per UTF-16 unit: only the beginning of a long text needs to be encoded.
  const whole = Buffer.from(text.slice(0, bytes));
  if (whole.length <= bytes && text.length <= bytes) return text;
  return new TextDecoder('utf-8').decode(whole.subarray(0, bytes), { stream: true });
}
