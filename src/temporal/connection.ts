// A connection that can be closed while calls are in progress. The SDK retries a call that was cut off, even if it was cut off
// because the connection was closed; on a closed channel that retry throws where no caller can catch it.
import {
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';

/**
 * The largest message that is read; gRPC's default is 4 MiB, and a page of a history with large outputs is larger. The native connection of a worker
 * has the same limit. (The SDK means to set it for clients, too, but its name of the option lacks `grpc.`.)
 */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  let isClosing = false;
  const retry = defaultGrpcRetryOptions();
  const interceptor = makeGrpcRetryInterceptor({
    ...retry,
    retryableDecider: (attempt, status) => !isClosing && retry.retryableDecider(attempt, status),
  });
  const channelArgs = { 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, ...options.channelArgs };
  const connection = await Connection.connect({ ...options, channelArgs, interceptors: [interceptor] });
  const close = connection.close.bind(connection);
  connection.close = () => {
    isClosing = true;
    return close();
  };
  return connection;
}
