import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/** Answers like the model hub: a branch, its commit, large files told by their SHA-256. */
export interface HubLike {
  readonly endpoint: string;
  readonly requests: readonly string[];
  /** From now on the branch is at this commit, with these files. */
  push(commit: string, files: ReadonlyMap<string, Uint8Array>): void;
  close(): Promise<void>;
}

/** @param lie gives other bytes than it says */
export async function startHubLike(repository: string, { lie = false } = {}): Promise<HubLike> {
  const commits = new Map<string, ReadonlyMap<string, Uint8Array>>();
  let head = '';
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const [, revision = '', name = ''] = new RegExp(`^/${repository}/resolve/([^/]+)/(.*)$`).exec(request.url ?? '') ?? [];
    const commit = revision === 'main' ? head : revision;
    const bytes = commits.get(commit)?.get(name);
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const large = name.endsWith('.onnx') && { 'x-linked-etag': `"${createHash('sha256').update(bytes).digest('hex')}"` };
    response.writeHead(200, { 'x-repo-commit': commit, 'content-length': bytes.length, ...large });
    response.end(request.method === 'HEAD' ? undefined : lie && name.endsWith('.onnx') ? Buffer.alloc(bytes.length) : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hub has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    push: (commit, files) => {
      head = commit;
      commits.set(commit, files);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
