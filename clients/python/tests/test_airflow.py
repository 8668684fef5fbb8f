"""Airflow: DAGs that Airflow itself executes, with runs of a real project. Needs the package apache-airflow."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Project

if importlib.util.find_spec("airflow") is None:
    pytest.skip("apache-airflow is not installed", allow_module_level=True)

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def dags(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("airflow")
    (home / "dags").mkdir()
    shutil.copy(HERE / "airflow_dags.py", home / "dags")
    os.environ.update(
        {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
            "BATON_PROJECT": str(project.directory),
        }
    )
    airflow = str(Path(sys.executable).parent / "airflow")
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        subprocess.run([airflow, *command], check=True, capture_output=True)
    sys.path.insert(0, str(home / "dags"))
    return importlib.import_module("airflow_dags")


def run(dag: Any) -> dict[str, tuple[str, Any]]:
    """Executes a DAG, and returns the state and the XCom of each task."""
    dag_run = dag.test()
    return {
        task.task_id: (str(task.state), task.xcom_pull(task_ids=task.task_id)) for task in dag_run.get_task_instances()
    }


@pytest.mark.parametrize("deferrable", [False, True])
def test_an_operator_runs_a_plan_and_a_sensor_waits_for_it(dags: Any, deferrable: bool) -> None:
    done = run(dags.greets_true if deferrable else dags.greets_false)
    assert done == {"start": ("success", "hello Ada"), "wait": ("success", "hello Ada")}


def test_a_mapped_operator_starts_a_run_for_each_item_and_its_outputs_are_the_input_of_another(
    dags: Any, project: Project
) -> None:
    done = run(dags.maps_all)
    assert done["all"] == (
        "success",
        {"name": str(project.directory), "greetings": ["hello Ada", "hello Bob"]},
    )


@pytest.mark.parametrize("deferrable", [False, True])
def test_a_run_that_fails_is_a_failed_task(dags: Any, project: Project, deferrable: bool) -> None:
    assert run(dags.refuses_true if deferrable else dags.refuses_false)["start"][0] == "failed"
    assert project.use(lambda client: client.run(f"no-{deferrable}").result()).status == "failed"


def test_a_task_that_is_tried_again_follows_its_run_and_a_killed_one_cancels_it(dags: Any, project: Project) -> None:

    class TaskInstance:
        dag_id, run_id, task_id, map_index, try_number = "d", "manual__1", "t", -1, 2

    operator = dags.BatonRunOperator(
        task_id="t", plan={"name": "hold", "tasks": {"held": {"agent": "hold"}}}, connect=project.connect
    )

    async def main() -> str:
        waiting = asyncio.create_task(asyncio.to_thread(operator.execute, {"ti": TaskInstance()}))
        while operator.started is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.to_thread(operator.on_kill)
        with pytest.raises(Exception, match="cancelled"):
            await waiting
        return str(operator.started)

    assert asyncio.run(main()) == "airflow-d-manual__1-t"
    assert project.use(lambda client: client.run("airflow-d-manual__1-t").result()).status == "cancelled"
