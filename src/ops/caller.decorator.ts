import type { IncomingMessage, ServerResponse } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** Who asks for something, as far as the connection tells. */
export interface Caller {
  /** The other end of the connection: where there is a proxy in between, the proxy's. */
  readonly address: string;
  /** Aborted once the connection is closed: nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

/** Injects the {@link Caller}. */
export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const http = context.switchToHttp();
  const gone = new AbortController();
  http.getResponse<ServerResponse>().once('close', () => gone.abort());
  return { address: http.getRequest<IncomingMessage>().socket.remoteAddress ?? 'unknown', gone: gone.signal };
});
