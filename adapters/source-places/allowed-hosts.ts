import { BlockList, isIP, isIPv6 } from 'node:net';
import { BadInput } from '../../contracts/failure.ts';
import { SourceProblem } from '../source-problem.ts';

/** Addresses that no public server has: this machine, private networks, link-local (among them the metadata service of every cloud). */
const inner = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3],
] as const) inner.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [['::', 127], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8]] as const) {
  inner.addSubnet(network, bits, 'ipv6');
}

/** Whether an IP address belongs to this machine or a private network. An IPv4 address written as IPv6 (::ffff:…) is checked as what it is. */
export function isInnerAddress(address: string): boolean {
  return inner.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

export interface AllowedHosts {
  /** Throws `BadInput` unless the list names the host of the address. */
  expectHost(url: URL, uri: string): void;
  /** Throws `BadInput` when a name leads to an inner address that the list does not name itself. */
  expectAddress(address: string, url: URL, uri: string): void;
}

/** `host` (any port), `host:port`, `[IPv6]:port`; letters of any case. */
export function createAllowedHosts(list: readonly string[]): AllowedHosts {
  const entries = new Set(list.map((entry) => entry.trim().toLowerCase()).filter((entry) => entry !== ''));
  const names = (host: string, port: string): boolean => {
    const bare = host.replace(/^\[|\]$/g, '');
    const forms = isIPv6(bare) ? [bare, `[${bare}]`] : [bare];
    return forms.some((form) => entries.has(form)) || entries.has(`${isIPv6(bare) ? `[${bare}]` : bare}:${port}`);
  };
  return {
    expectHost(url, uri) {
      if (names(hostOf(url), portOf(url))) return;
      throw new BadInput(`${uri}: ${url.host} is not a host that sources may come from; let the workers' FORECASTLE_HTTP_SOURCES name ${hostOf(url)}, or download the file and give its path`, { cause: new SourceProblem('outside of the allowed hosts') });
    },
    expectAddress(address, url, uri) {
      if (!isInnerAddress(address)) return;
      const isLocalName = hostOf(url) === 'localhost' && (address === '::1' || address.startsWith('127.'));
      if (isLocalName || names(address.toLowerCase(), portOf(url))) return;
      throw new BadInput(`${uri}: ${hostOf(url)} leads to ${address}, an address of this machine or of a private network; if that is meant, let the workers' FORECASTLE_HTTP_SOURCES name ${address}, too`, { cause: new SourceProblem('leads to a private address') });
    },
  };
}

/** Lower case; an IPv6 address without its brackets, as it is looked up. */
export function hostOf(url: URL): string {
  return url.hostname.toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function portOf(url: URL): string {
  return url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port;
}

/** Whether the host is written as an address, so that nothing has to be looked up. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}
