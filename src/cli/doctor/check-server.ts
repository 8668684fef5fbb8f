// The namespace and its search attributes.
import { listSearchAttributes } from '../../server/index.js';
import { SEARCH_ATTRIBUTES } from '../../domain/run/search-attributes.js';
import { grpcCodeOf, GrpcStatus } from '../../temporal/grpc.js';
import type { Check } from './finding.js';

export const checkNamespace: Check = {
  name: 'namespace',
  async look({ client }) {
    const { namespace } = client.options;
    try {
      await client.workflowService.describeNamespace({ namespace });
      return [];
    } catch (error) {
      if (grpcCodeOf(error) !== GrpcStatus.NOT_FOUND) throw error;
      const todo = `create it, for example with "temporal operator namespace create -n ${namespace}"`;
      return [{ problem: `the server has no namespace ${JSON.stringify(namespace)}`, todo }];
    }
  },
};

export const checkSearchAttributes: Check = {
  name: 'search attributes',
  async look({ client }) {
    const present = await listSearchAttributes(client.connection, client.options.namespace);
    const missing = Object.values(SEARCH_ATTRIBUTES).flatMap(({ name }) => (present.includes(name) ? [] : [name]));
    if (missing.length === 0) return [];
    return [
      { problem: `the namespace lacks ${missing.join(', ')}: runs cannot be found by them`, todo: 'run "baton setup"' },
    ];
  },
};
