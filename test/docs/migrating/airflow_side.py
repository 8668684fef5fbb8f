"""Runs the DAG of docs/migrating.md in this process, as Airflow's own `dag.test()` does, and prints the states of its tasks."""

import json
import sys
from datetime import datetime, timedelta, timezone

import airflow_orders

# Airflow imports this file as well, because it is in the folder of the DAGs.
if __name__ == "__main__":
    [_, day] = sys.argv
    dag = airflow_orders.price_orders()
    for task in dag.tasks:
        task.retry_delay = timedelta()
    run = dag.test(logical_date=datetime.fromisoformat(day).replace(tzinfo=timezone.utc))
    states = {
        task.task_id if task.map_index < 0 else f"{task.task_id}[{task.map_index}]": str(task.state)
        for task in run.get_task_instances()
    }
    print("states " + json.dumps(states))
