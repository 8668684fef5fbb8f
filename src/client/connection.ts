// A connection that can be closed while calls are under way. The SDK tries a call again that was cut off, also where it was the
// closing that did so; on a closed channel that is an error which nobody can catch.
import {
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';

export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  let isClosing = false;
  const retry = defaultGrpcRetryOptions();
  const interceptor = makeGrpcRetryInterceptor({
    ...retry,
    retryableDecider: (attempt, status) => !isClosing && retry.retryableDecider(attempt, status),
  });
  const connection = await Connection.connect({ ...options, interceptors: [interceptor] });
  const close = connection.close.bind(connection);
  connection.close = () => {
    isClosing = true;
    return close();
  };
  return connection;
}
