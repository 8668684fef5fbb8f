"""An Airflow DAG that a plan coordinates: ../plan.yaml runs it once for each company."""

from __future__ import annotations

from airflow.sdk import Param, dag, task

INVOICES = {"ACME": [120, 80, 45], "Initech": [300], "Hooli": [10, 20, 30, 40]}


@dag(dag_id="ledger", schedule=None, params={"company": Param(type="string")})
def ledger() -> None:
    @task
    def invoices(params: dict) -> list[int]:
        return INVOICES.get(params["company"], [])

    @task
    def total(amounts: list[int]) -> dict:
        return {"invoices": len(amounts), "total": sum(amounts)}

    total(invoices())


ledger()
