/** Prints how a .cpuprofile's time is distributed: node benchmarks/profile.mjs FILE [HOW_MANY] */
import { readFileSync } from 'node:fs';
import { topOf } from './report/cpu-profile.mjs';

const [file, count] = process.argv.slice(2);
if (!file) {
  console.error('Usage: node benchmarks/profile.mjs FILE [HOW_MANY]');
  process.exit(2);
}
console.log(topOf(JSON.parse(readFileSync(file, 'utf8')), Number(count ?? 30)));
