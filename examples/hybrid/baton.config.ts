// One agent for each system. The demo sets where they are; the DAG, the flow and the task are those of test/fixtures.
import {
  airflowAgent,
  celeryAgent,
  defineConfig,
  httpAgent,
  prefectAgent,
  remoteAgent,
  stepFunctionsAgent,
} from 'baton-orchestrator';

const at = (name: string): string => process.env[name] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  taskQueue: 'hybrid',
  agents: [
    airflowAgent({
      type: 'extract',
      description: 'A DAG of Airflow; the output is the XCom of its task "work"',
      url: at('HYBRID_AIRFLOW'),
      dag: 'baton_sum',
      auth: { username: 'admin', password: { env: 'HYBRID_AIRFLOW_PASSWORD' } },
      result: 'work',
    }),
    prefectAgent({
      type: 'estimate',
      description: 'A deployment of Prefect; the output is an artifact of its flow',
      url: at('HYBRID_PREFECT'),
      deployment: 'baton-sum/tests',
      result: { artifact: 'baton-result' },
    }),
    celeryAgent({
      type: 'total',
      description: 'A task of Celery',
      broker: { env: 'HYBRID_CELERY' },
      backend: { env: 'HYBRID_CELERY' },
      task: 'baton.add',
    }),
    stepFunctionsAgent({
      type: 'settle',
      description: 'A state machine of Step Functions',
      region: 'us-east-1',
      endpoint: at('HYBRID_STEP_FUNCTIONS'),
      stateMachine: process.env['HYBRID_STATE_MACHINE'] ?? 'arn:aws:states:us-east-1:123456789012:stateMachine:settle',
    }),
    remoteAgent({ type: 'check', description: 'A function in Python: agents.py', taskQueue: 'hybrid-python' }),
    httpAgent({
      type: 'publish',
      description: 'A service behind HTTP: service.mjs',
      url: `${at('HYBRID_SERVICE')}/publish`,
    }),
    httpAgent({ type: 'undo', description: 'Undoes one of the others', url: `${at('HYBRID_SERVICE')}/undo` }),
  ],
});
