import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import getPort from 'get-port';
import { z } from 'zod';
import { keep } from '../kafka/index.js';
import { ToolError } from '../tool-error.js';

const Answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.object({
      result: z.array(
        z.object({
          metric: z.record(z.string(), z.string()),
          value: z.tuple([z.number(), z.string()]),
        }),
      ),
    }),
  }),
  z.object({ status: z.literal('error'), error: z.string() }),
]);

/** A series of a query's result. */
export interface Found {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus server that ends with this process and scrapes one service every second. */
export class Prometheus {
  private constructor(
    private readonly url: string,
    private readonly pid: number,
    private readonly ended: Promise<number>,
    private readonly folder: string,
  ) {}

  /**
   * @param target `host:port` of the service
   * @param rules file of the alerts
   * @param command the program, if it is not on the path
   */
  static async start(target: string, rules: string, command = 'prometheus'): Promise<Prometheus> {
    const folder = await mkdtemp(path.join(tmpdir(), 'prometheus-'));
    const config = path.join(folder, 'prometheus.yml');
    const scrape = { job_name: 'service', static_configs: [{ targets: [target] }] };
    // JSON is YAML too.
    const settings = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [rules],
      scrape_configs: [scrape],
    };
    await writeFile(config, JSON.stringify(settings));
    const port = await getPort();
    const { pid, ended, output, errors } = await keep({
      command,
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${path.join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
    });
    output?.resume();
    errors?.pipe(process.stderr, { end: false });
    return new Prometheus(`http://127.0.0.1:${port}`, pid, ended, folder);
  }

  /** @throws ToolError `QUERY` if Prometheus rejects the query */
  async query(expr: string): Promise<Found[]> {
    const response = await fetch(`${this.url}/api/v1/query?${new URLSearchParams({ query: expr })}`);
    const answer = Answer.parse(await response.json());
    if (answer.status === 'error')
      throw new ToolError('QUERY', `Prometheus rejects ${expr}: ${answer.error}`);
    return answer.data.result.map(({ metric, value: [, value] }) => ({
      labels: metric,
      value: Number(value),
    }));
  }

  /** Resolves with the first result that is not empty. */
  async until(expr: string, timeoutMs: number): Promise<Found[]> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = await this.query(expr).catch((error: unknown) => {
        // Prometheus may not listen yet.
        if (error instanceof ToolError) throw error;
        return [];
      });
      if (found.length > 0) return found;
      if (Date.now() > deadline)
        throw new ToolError('NO_DATA', `After ${timeoutMs} ms there is no result for ${expr}.`);
      await delay(250);
    }
  }

  async stop(): Promise<void> {
    process.kill(this.pid, 'SIGTERM');
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
