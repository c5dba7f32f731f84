/**
 * A trace collector in its own process: receives OTLP over HTTP as JSON, reads all of it, and counts the
 * spans. Its first line is its address; on SIGTERM it prints the number of spans and exits.
 */
import { createServer } from 'node:http';

let spans = 0;

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString());
  for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans += scope.spans.length;
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`http://127.0.0.1:${port}`);
});
process.once('SIGTERM', () => process.stdout.write(`${spans}\n`, () => process.exit(0)));
