import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';

/** Token of the operators' token, a text; undefined if none is configured. */
export const OPS_TOKEN = Symbol('OPS_TOKEN');

const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;

/**
 * Requires `Authorization: Bearer` with the operators' token. Answers 403 if no token is configured, and 401 if the
 * token is missing or wrong.
 *
 * @example
 * @Controller('ops')
 * @UseGuards(OpsTokenGuard)
 * export class OpsController {}
 */
@Injectable()
export class OpsTokenGuard implements CanActivate {
  readonly #expected: Buffer | undefined;

  constructor(@Inject(OPS_TOKEN) token: string | undefined) {
    this.#expected = token === undefined ? undefined : digest(token);
  }

  /** @throws ForbiddenException if no token is configured; UnauthorizedException if it is missing or wrong */
  canActivate(context: ExecutionContext): boolean {
    if (this.#expected === undefined)
      throw new ForbiddenException('Set OPS_TOKEN or OPS_TOKEN_FILE to open this endpoint.');
    const http = context.switchToHttp();
    const { headers } = http.getRequest<{ headers: { authorization?: string } }>();
    const [, token] = BEARER.exec(headers.authorization ?? '') ?? [];
    // Digests have equal length, which timingSafeEqual requires, and do not reveal the length of the token.
    if (token !== undefined && timingSafeEqual(digest(token), this.#expected)) return true;
    http
      .getResponse<{ setHeader(name: string, value: string): void }>()
      .setHeader('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException("Send the operators' token as `Authorization: Bearer <token>`.");
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
