/** What is cut out of which file of the service, so that a part of its telemetry is as if it had never been written. */
const parts = {
  metrics: [
    ['/pipeline/partition.js', /this\.parts\.counts\.calls\.add\(.*\);/, ''],
    ['/app.module.js', /\n\s*MetricsModule,/, ''],
  ],
  context: [['/transport/handlers/handler-call.js', /return calls\.run\(.*\);/, 'return run(call.first);']],
};

/** Takes its metrics, the context that lines of the log are about, or both out of the service. */
export class Cuts {
  #cuts;
  #left;

  /** @param {readonly ('metrics' | 'context')[]} without */
  constructor(without) {
    this.#cuts = without.flatMap((part) => parts[part]);
    this.#left = new Set(this.#cuts);
  }

  /** @throws where the file has nothing of what is to be cut out of it */
  apply(file, source) {
    const cut = this.#cuts.find(([end]) => file.endsWith(`/dist/src${end}`));
    if (!cut) return source;
    const [, pattern, replacement] = cut;
    if (!pattern.test(source)) throw new Error(`${file} has nothing of ${pattern} to be cut out`);
    this.#left.delete(cut);
    return source.replace(pattern, replacement);
  }

  /** @throws where a file was not met */
  checkAllMade() {
    for (const [file] of this.#left) throw new Error(`there is no ${file} to cut telemetry out of`);
  }
}
