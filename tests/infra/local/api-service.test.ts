import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { stateFiles } from '../../../config/state-folder.ts';
import { apiService } from '../../../infra/local/services/api.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';

const context = {
  files: stateFiles('state'), tools: toolchainPaths('toolchain'), env: {}, postgresUrl: '', temporal: { address: '', namespace: '' },
};

/** Not where a probe of the usual address would find it. */
const elsewhere = '127.0.0.2';

test.runIf(process.platform === 'linux')('an API that listens on one address is looked for there (only Linux has more loopback addresses)', async () => {
  const server = createServer((_, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, elsewhere, resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const service = apiService({ host: elsewhere, port }, context);
    await service.probe(AbortSignal.timeout(5000));
    expect(service.url).toBe(`http://${elsewhere}:${port}`);
    await expect(apiService({ host: '127.0.0.1', port }, context).probe(AbortSignal.timeout(5000))).rejects.toThrow();
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
