// Adds to the entries of the SDK about an activity the run, the plan, the task and the agent that it is for.
import type { ActivityInterceptors } from '@temporalio/worker';
import { callFields } from '../domain/trace/log-fields.js';
import type { WorkflowCode } from './workflow-code.js';

function activityLogFields(): ActivityInterceptors {
  let fields: Readonly<Record<string, unknown>> = {};
  return {
    inbound: {
      execute(input, next) {
        fields = callFields(input.args[0]);
        return next(input);
      },
    },
    outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...fields }) },
  };
}

export const withLogFields = <Code extends WorkflowCode>(code: Code) => ({
  ...code,
  interceptors: { ...code.interceptors, activity: [activityLogFields] },
});
