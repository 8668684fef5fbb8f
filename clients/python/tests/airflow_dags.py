"""The DAGs of test_airflow.py. BATON_PROJECT is the directory of the project."""

from __future__ import annotations

import os
from typing import Any

from airflow.sdk import DAG

from baton.airflow import BatonRunOperator, BatonRunSensor

CONNECT = {"directory": os.environ["BATON_PROJECT"]}
GREET = {
    "name": "greet",
    "tasks": {"a": {"agent": "greet", "input": "{% $input %}"}},
    "output": "{% $tasks.a.output %}",
}
ECHO = {"name": "echo", "tasks": {"a": {"agent": "greet", "input": {"name": "all"}}}, "output": "{% $input %}"}
REFUSE = {"name": "no", "tasks": {"a": {"agent": "refuse"}}}


def greets(deferrable: bool) -> DAG:
    options: dict[str, Any] = {"run_id": f"from-airflow-{deferrable}", "connect": CONNECT, "deferrable": deferrable}
    with DAG(f"greets_{deferrable}", schedule=None) as dag:
        start = BatonRunOperator(task_id="start", plan=GREET, input={"name": "{{ 'A' ~ 'da' }}"}, **options)
        start >> BatonRunSensor(task_id="wait", poke_interval=1, **options)
    return dag


def maps() -> DAG:
    """A run for each item, and one that gets all their outputs."""
    with DAG("maps", schedule=None, params={"project": os.environ["BATON_PROJECT"]}) as dag:
        connect = {"directory": "{{ params.project }}"}
        names = [{"name": "Ada"}, {"name": "Bob"}]
        each = BatonRunOperator.partial(task_id="each", plan=GREET, connect=connect).expand(input=names)
        together = {"name": "{{ params.project }}", "greetings": each.output}
        BatonRunOperator(task_id="all", plan=ECHO, input=together, connect=connect)
    return dag


def refuses(deferrable: bool) -> DAG:
    options: dict[str, Any] = {"run_id": f"no-{deferrable}", "connect": CONNECT, "deferrable": deferrable}
    with DAG(f"refuses_{deferrable}", schedule=None) as dag:
        BatonRunOperator(task_id="start", plan=REFUSE, **options)
    return dag


greets_false, greets_true = greets(False), greets(True)
refuses_false, refuses_true = refuses(False), refuses(True)
maps_all = maps()
