"""Runs the DAG of docs/migrating.md in this process, as Airflow's own `dag.test()` does, and prints the states of its tasks."""

import json
import sys
from datetime import datetime, timezone

import airflow_orders

# Airflow imports this file as well, because it is in the folder of the DAGs.
if __name__ == "__main__":
    [_, day] = sys.argv
    run = airflow_orders.price_orders().test(logical_date=datetime.fromisoformat(day).replace(tzinfo=timezone.utc))
    print("states " + json.dumps({task.task_id: str(task.state) for task in run.get_task_instances()}))
