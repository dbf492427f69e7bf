// GroEL's side of the comparison: hidden states to hold the peers against, and speed.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const kMostOutput = 1 << 30;

export class Groel {
  constructor(program, { folder, fasta, threads }) {
    Object.assign(this, { program, folder, fasta, threads });
  }

  #run(flags) {
    const { status, stdout, stderr, error } =
      spawnSync(this.program, flags, { encoding: 'utf8', maxBuffer: kMostOutput });
    if (error) throw error;
    if (status !== 0) throw new Error(`groel ${flags[0]} failed: ${stderr}`);
    return stdout;
  }

  version() {
    return this.#run(['--version']).trim();
  }

  /** The residues' last hidden states of records, f32, one sequence after the other. */
  states(records) {
    const fasta = join(this.folder, 'check.fasta');
    writeFileSync(fasta, records.map(({ id, sequence }) => `>${id}\n${sequence}\n`).join(''));
    const lines = this.#run(['embed', fasta, '-m', this.folder, '-f', 'jsonl', '-i', 'per-residue', '--dtype', 'f32',
      '--threads', this.threads]).trim().split('\n');
    return Float32Array.from(lines.flatMap((line) => JSON.parse(line).items[0].values));
  }

  /** One timed pass over the proteins after one of warm-up: {tokens_per_second, fraction_of_limit}. */
  measure(dtype) {
    const scenario = join(this.folder, `${dtype}.json`);
    writeFileSync(scenario, JSON.stringify({
      name: 'compare', model: '.', data: this.fasta, dtype, threads: Number(this.threads), residues: 2 ** 40,
    }));
    const [result] = JSON.parse(this.#run(['bench', scenario, '--runs', '1', '--warmups', '1', '--json']));
    return { tokens_per_second: result.tokens_per_second.median, fraction_of_limit: result.fraction_of_limit };
  }
}
