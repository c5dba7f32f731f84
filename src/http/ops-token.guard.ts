import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';

const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;

/**
 * Lets in who sends `Authorization: Bearer` with the token of `OPS_TOKEN`. Without one configured it lets nobody in,
 * and answers 403 with what to set; else 401 where the token is missing or wrong.
 *
 * @example
 * @Controller('ops')
 * @UseGuards(OpsTokenGuard)
 * export class OpsController {}
 */
@Injectable()
export class OpsTokenGuard implements CanActivate {
  readonly #expected: Buffer | undefined;

  constructor(@Inject(SERVICE_CONFIG) { ops }: Pick<ServiceConfig, 'ops'>) {
    this.#expected = ops.token === undefined ? undefined : digest(ops.token);
  }

  /** @throws ForbiddenException while there is no token; UnauthorizedException when another one was sent */
  canActivate(context: ExecutionContext): boolean {
    if (this.#expected === undefined)
      throw new ForbiddenException('Set OPS_TOKEN or OPS_TOKEN_FILE to open this endpoint.');
    const http = context.switchToHttp();
    const { headers } = http.getRequest<{ headers: { authorization?: string } }>();
    const [, token] = BEARER.exec(headers.authorization ?? '') ?? [];
    // Digests are of one length, as timingSafeEqual demands, and tell nothing of the token's own.
    if (token !== undefined && timingSafeEqual(digest(token), this.#expected)) return true;
    http
      .getResponse<{ setHeader(name: string, value: string): void }>()
      .setHeader('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException('Send the token of OPS_TOKEN as `Authorization: Bearer <token>`.');
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
