import { z } from 'zod';
import type { Kind } from './variable.js';

const SCHEMES: ReadonlySet<string> = new Set(['postgres:', 'postgresql:']);

/** A PostgreSQL connection string; no part of it appears in a message. */
export function postgresUrl(): Kind<string> {
  const schema = z.string().transform((input, ctx): string => {
    const url = input.trim();
    const message = hintOf(url);
    if (message === undefined) return url;
    ctx.issues.push({ code: 'custom', message, input });
    return z.NEVER;
  });
  return {
    accepts: 'postgres://user:password@host:5432/database, with parameters such as ?sslmode=',
    schema,
  };
}

function hintOf(text: string): string | undefined {
  if (!URL.canParse(text)) {
    return 'write postgres://user:password@host:5432/database; percent-encode special characters in the password';
  }
  const { protocol, pathname } = new URL(text);
  if (!SCHEMES.has(protocol)) return 'begin it with postgres:// or postgresql://';
  return pathname.length > 1
    ? undefined
    : 'name the database after the host, as in postgres://host:5432/name';
}
