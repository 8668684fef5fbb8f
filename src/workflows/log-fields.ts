// Adds to each log entry of a run's Workflow, also to those of the SDK, what the run is about. The SDK calls `interceptors` for each Workflow.
import { workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow';
import { ORCHESTRATE } from '../domain/run/input.js';
import { runFields, type RunFields } from '../domain/trace/log-fields.js';

export function interceptors(): WorkflowInterceptors {
  let input: unknown;
  let fields: RunFields | undefined;
  return {
    inbound: [
      {
        execute(call, next) {
          [input] = call.args;
          return next(call);
        },
      },
    ],
    outbound: [
      {
        getLogAttributes(attributes, next) {
          const { workflowType, firstExecutionRunId } = workflowInfo();
          if (workflowType !== ORCHESTRATE) return next(attributes);
          // Hashing takes time, and few runs log.
          fields ??= input === undefined ? undefined : runFields(input, firstExecutionRunId);
          return next({ ...attributes, ...fields });
        },
      },
    ],
  };
}
