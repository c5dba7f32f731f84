/** Runs one statement on an embedded PostgreSQL in its own process, since it would block the test's event loop. */
import { PGlite } from '@electric-sql/pglite';

const [dataDir, text] = process.argv.slice(2);
const database = await PGlite.create({ dataDir });
const { rows } = await database.query(text);
await database.close();
process.stdout.write(JSON.stringify(rows));
