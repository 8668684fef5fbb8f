// Serves the codec protocol until a signal.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../arguments/listen.js';
import { onInterrupts } from '../terminal/interrupts.js';
import type { Io } from '../terminal/io.js';
import { createCodecServer, type CodecServerOptions } from '../../values/codec-server.js';

export async function serveCodec(
  io: Io,
  { listen, ...options }: CodecServerOptions & { readonly listen: ListenAddress },
): Promise<void> {
  const server = createCodecServer(options);
  const leave = new AbortController();
  const interrupts = onInterrupts({ interrupted: () => leave.abort(), ended: () => leave.abort() });
  try {
    server.listen(listen.port, listen.host);
    await once(server, 'listening');
    const { address, family, port } = server.address() as AddressInfo;
    const { origins, token } = options;
    const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    io.note(`codec server: ${url}`);
    io.note(`  pages that may call: ${origins.join(', ') || 'none; name the Web UI with --cors'}`);
    io.note(
      `  ${token === undefined ? 'no token: every program on this machine can read values' : `log in a browser at ${url}/login`}`,
    );
    if (!leave.signal.aborted) await once(leave.signal, 'abort');
  } finally {
    interrupts.stop();
    server.close();
    server.closeAllConnections();
  }
}
