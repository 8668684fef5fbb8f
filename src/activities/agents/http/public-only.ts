// Connections that reach only public addresses (`allowPrivate: false`). The address is checked after the name is resolved, and the
// connection is made to the address that was checked: a name may resolve to another address a moment later.
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AgentError } from '../../errors/agent-error.js';

type Resolved = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** `lookup` of `net.connect`. Node.js does not call it for an address, which `refusePrivateHost` checks. */
export function lookupPublic(host: string, options: LookupOptions, done: Resolved): void {
  resolve(host, { ...options, all: true }, (error, found) => {
    if (error !== null) return done(error, []);
    const [first, ...more] = found.filter(({ address }) => isPublic(address));
    if (first === undefined) return done(privateAddress(host), []);
    if (options.all === true) done(null, [first, ...more]);
    else done(null, first.address, first.family);
  });
}

/** Throws `AgentRefused` if the host is an address that is not public. */
export function refusePrivateHost({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublic(host)) throw privateAddress(host);
}

/** Not loopback, private, link-local, shared, reserved, multicast, or one of these within an address of IPv6. */
function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** The address itself is not shown: that would tell a stranger which internal names exist. */
const privateAddress = (host: string): AgentError =>
  new AgentError(
    `${host}: expected a public address, got one that is private, link-local or reserved; the agent has allowPrivate: false`,
    { type: 'AgentRefused' },
  );
