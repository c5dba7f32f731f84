/** Runs one statement on an embedded PostgreSQL, in a process of its own: it would block the event loop of a test. */
import { PGlite } from '@electric-sql/pglite';

const [dataDir, text] = process.argv.slice(2);
const database = await PGlite.create({ dataDir });
const { rows } = await database.query(text);
await database.close();
process.stdout.write(JSON.stringify(rows));
