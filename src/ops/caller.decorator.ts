import type { IncomingMessage, ServerResponse } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** The client of a request. */
export interface Caller {
  /** The remote address of the connection; behind a proxy, the address of the proxy. */
  readonly address: string;
  /** Aborted when the connection is closed. */
  readonly gone: AbortSignal;
}

/** Injects the {@link Caller}. */
export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const http = context.switchToHttp();
  const gone = new AbortController();
  http.getResponse<ServerResponse>().once('close', () => gone.abort());
  return { address: http.getRequest<IncomingMessage>().socket.remoteAddress ?? 'unknown', gone: gone.signal };
});
