import { Database } from '../database.js';
import { openPglite } from '../pglite.js';

/** A database in the memory of this process, with one connection. */
export function embeddedDatabase(): Database {
  return new Database(() => openPglite(undefined));
}
