"""An Airflow DAG that coordinates agents. Each task of Baton is a run of a plan, and results pass by XCom:

aspects → analyse (a run for each aspect) → report (a run) → publish
                 screening (waits for a run) ↗
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Param, dag, task

from baton.airflow import BatonRunOperator, BatonRunSensor

ANALYSE = {
    "name": "analyse",
    "tasks": {
        "search": {"agent": "search", "input": "{% $input %}"},
        "rate": {"agent": "rate", "input": {"findings": "{% $tasks.search.output.findings %}"}},
    },
    "output": {"aspect": "{% $input.aspect %}", "risk": "{% $tasks.rate.output.risk %}"},
}

REPORT = {
    "name": "report",
    "tasks": {"write": {"agent": "write-report", "input": "{% $input %}"}},
    "output": "{% $tasks.write.output.text %}",
}

# In a deployment, TEMPORAL_ADDRESS in the environment of Airflow takes the place of this parameter.
CONNECT = {"address": "{{ params.temporal }}"}


@dag(
    dag_id="due_diligence",
    schedule=None,
    # A task that is tried again finds the run that it has started before.
    default_args={"retries": 3, "retry_delay": timedelta(seconds=1)},
    params={
        "company": Param("ACME", type="string"),
        "screening": Param(type="string", description="The id of the run that screens the company."),
        "temporal": Param("localhost:7233", type="string", description="The Temporal server of the Baton project."),
    },
)
def due_diligence() -> None:
    @task
    def aspects(params: dict) -> list[dict]:
        return [{"company": params["company"], "aspect": aspect} for aspect in ("finances", "lawsuits", "news")]

    # While a run is in progress, its task is deferred: it occupies no worker of Airflow.
    analyses = BatonRunOperator.partial(task_id="analyse", plan=ANALYSE, connect=CONNECT, deferrable=True).expand(
        input=aspects()
    )
    screening = BatonRunSensor(task_id="screening", run_id="{{ params.screening }}", connect=CONNECT, deferrable=True)
    report = BatonRunOperator(
        task_id="report",
        plan=REPORT,
        input={"company": "{{ params.company }}", "analyses": analyses.output, "screening": screening.output},
        connect=CONNECT,
    )

    @task
    def publish(text: str) -> dict:
        return {"published": text}

    publish(report.output)


due_diligence()
