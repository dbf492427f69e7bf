// The programs compared: a peer is a process that takes commands as JSON lines and answers each with one.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const kHere = dirname(fileURLToPath(import.meta.url));
const kPython = process.env.PYTHON ?? '/usr/bin/python3';  // Debian's, which has Debian's packages

const hasOnnxRuntime = () => existsSync(join(kHere, 'onnxruntime/node_modules/onnxruntime-node'));
const hasTorch = () => spawnSync(kPython, ['-c', 'import torch, numpy']).status === 0;

const hasEsmCpp = () => (process.env.ESM_CPP ?? '') !== '';
const esmCpp = (...options) => [kPython, join(kHere, 'esmcpp/peer.py'), ...options];

/** Every peer: the most that its hidden states may differ from GroEL's in f32, as a fraction of their norm. */
export const kPeers = [
  { name: 'onnxruntime', tool: 'ONNX Runtime', dtype: 'f32', tolerance: 1e-4, installed: hasOnnxRuntime,
    command: [process.execPath, join(kHere, 'onnxruntime/peer.mjs')] },
  { name: 'pytorch', tool: 'PyTorch', dtype: 'f32', tolerance: 1e-4, installed: hasTorch,
    command: [kPython, join(kHere, 'pytorch/peer.py')] },
  { name: 'pytorch-bf16', tool: 'PyTorch', dtype: 'bf16', tolerance: 5e-2, installed: hasTorch,
    command: [kPython, join(kHere, 'pytorch/peer.py'), '--dtype', 'bf16'] },
  { name: 'esm.cpp', tool: 'esm.cpp', dtype: 'f32', tolerance: 1e-4, installed: hasEsmCpp, command: esmCpp() },
  { name: 'esm.cpp-int8', tool: 'esm.cpp', dtype: 'int8', tolerance: 2e-1, installed: hasEsmCpp,
    command: esmCpp('--dtype', 'int8') },
  { name: 'esm.cpp-int8-bf16', tool: 'esm.cpp, bf16 attention', dtype: 'int8', tolerance: 2e-1, installed: hasEsmCpp,
    command: esmCpp('--dtype', 'int8', '--attention', 'bf16') },
];

export class Peer {
  #process;
  #answers;

  constructor({ tool, dtype, tolerance, command }, { model, sequences, threads }) {
    Object.assign(this, { tool, dtype, tolerance });
    const [program, ...fixed] = command;
    this.#process = spawn(program, [...fixed, '--model', model, '--sequences', sequences, '--threads', threads], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads },
    });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** The answer to one command. Throws when the peer reports an error or ends. */
  async ask(command) {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`${this.tool} ended without an answer`);
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(`${this.tool}: ${answer.error}`);
    return answer;
  }

  close() {
    this.#process.stdin.end();
  }
}
