import { spawn } from 'node:child_process';

import { root } from './package-root.mjs';

/**
 * Runs a program in the package root with the terminal as its own.
 * @returns {Promise<number>} its exit code; 128 + number for a signal, as a shell has it
 */
export function run(file, args, { env = process.env, forwardSignals = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env, stdio: 'inherit' });
    // On a terminal Ctrl-C reaches the child by itself. We only must not end before it has.
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      const handler = () => {
        if (forwardSignals && !(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
      };
      process.on(signal, handler);
      return [signal, handler];
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGKILL' ? 9 : 15));
    });
  });
}

/** As `run`, but what it writes is kept. @returns {Promise<{ code: number, output: string }>} */
export function capture(file, args, { env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
