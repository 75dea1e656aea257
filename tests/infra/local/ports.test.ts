import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { choosePorts, portNames } from '../../../infra/local/ports.ts';

let folder: string;
let file: string;
const open: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-ports-'));
  file = join(folder, 'ports.json');
});
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function occupy(port: number): Promise<number> {
  const server = createServer();
  open.push(server);
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

test('the ports of one start are those of the next', async () => {
  const first = await choosePorts(file, {}, portNames);
  const second = await choosePorts(file, {}, portNames);
  expect(second).toEqual(first);
  expect(first.notes).toEqual([]);
  expect(new Set(Object.values(first.ports)).size).toBe(portNames.length);
});

test('a kept port that another program has taken is replaced, kept and told', async () => {
  const { ports } = await choosePorts(file, {}, portNames);
  await occupy(ports.mlflow);
  const { ports: next, notes } = await choosePorts(file, {}, portNames);
  expect(next.mlflow).not.toBe(ports.mlflow);
  expect({ ...next, mlflow: ports.mlflow }).toEqual(ports);
  expect(notes).toEqual([`port ${ports.mlflow} of mlflow is taken by another program; using ${next.mlflow} from now on (kept in ${file})`]);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(next);
});

test('a port that the user fixed is used, or refused by its name and number', async () => {
  const taken = await occupy(0);
  await expect(choosePorts(file, { FORECASTLE_API_PORT: taken }, portNames)).rejects.toThrow(
    `port ${taken} of api (FORECASTLE_API_PORT) is taken by another program: stop that program or set another port`,
  );
  const { ports } = await choosePorts(file, {}, portNames);
  const other = ports.api + 1;
  expect((await choosePorts(file, { FORECASTLE_API_PORT: other }, ['postgres'])).ports.api).toBe(other);
});

test('one number fixed for two services is refused', async () => {
  await expect(choosePorts(file, { FORECASTLE_API_PORT: 4711, FORECASTLE_MLFLOW_PORT: 4711 }, [])).rejects.toThrow('give each its own port');
});
