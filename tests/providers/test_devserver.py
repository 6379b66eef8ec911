"""The file, the launcher and the names agree: one place for each flag of the development server."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from temporalio.common import SearchAttributeIndexedValueType

from journeys.names import SEARCH_ATTRIBUTE_NAMES
from providers import devserver
from providers.devserver import DevServerUnavailable, dev_server_command, find_temporal, search_attribute_keys, search_attributes

COMPOSE = YAML(typ="safe").load(devserver.COMPOSE_FILE)
SERVICE = COMPOSE["services"]["temporal"]


def a_command(**changes):
    given = {"ip": "127.0.0.1", "port": 17233, "ui_port": 18233, "metrics_port": 0, "db_filename": "t.db"}
    return dev_server_command("temporal", **(given | changes))


def a_file(tmp_path, text):
    file = tmp_path / "temporal-dev.yml"
    file.write_text(text)
    return file


def test_the_file_registers_the_names_that_journeys_use():
    assert search_attributes() == dict.fromkeys(SEARCH_ATTRIBUTE_NAMES, SearchAttributeIndexedValueType.KEYWORD)
    assert [key.name for key in search_attribute_keys()] == list(SEARCH_ATTRIBUTE_NAMES)


def test_the_launcher_takes_everything_from_the_file_but_addresses_ports_and_paths():
    where = ("--ip=", "--port=", "--ui-port=", "--metrics-port=", "--db-filename=")
    theirs = [flag for flag in SERVICE["command"] if not flag.startswith(where)]
    ours = [flag for flag in a_command() if not flag.startswith(where)]
    assert ours == ["temporal", *theirs]


def test_the_launcher_says_where_itself():
    command = a_command(metrics_port=9000, db_filename="/home/t.db")
    for flag in ("--ip=127.0.0.1", "--port=17233", "--ui-port=18233", "--metrics-port=9000", "--db-filename=/home/t.db"):
        assert command.count(flag) == 1
    assert not [flag for flag in command if "0.0.0.0" in flag or "/data/" in flag]


def test_a_metrics_port_of_zero_is_left_to_the_server():
    assert not [flag for flag in a_command() if flag.startswith("--metrics-port")]


def test_another_namespace_is_made_at_start():
    assert "--namespace=house" in a_command(namespace="house")
    assert not [flag for flag in a_command() if flag.startswith("--namespace")]


def test_no_flag_of_the_file_is_given_twice():
    assert len(set(SERVICE["command"])) == len(SERVICE["command"])
    keys = [flag.rpartition("=")[0] for flag in SERVICE["command"] if flag.count("=") == 2]
    assert len(set(keys)) == len(keys) == 13


def test_the_server_is_tuned_as_measured():
    assert devserver.test_server_arguments() == [
        "--sqlite-pragma=journal_mode=WAL",
        "--sqlite-pragma=synchronous=NORMAL",
        "--dynamic-config-value=history.transferProcessorMaxPollRPS=5000",
        "--dynamic-config-value=history.timerProcessorMaxPollRPS=5000",
        "--dynamic-config-value=history.visibilityProcessorMaxPollRPS=5000",
        "--dynamic-config-value=matching.enableFairness=true",
        "--dynamic-config-value=matching.numTaskqueueReadPartitions=1",
        "--dynamic-config-value=matching.numTaskqueueWritePartitions=1",
        "--dynamic-config-value=system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=3",
    ]


def test_operators_have_their_web_ui_and_it_calls_nobody():
    assert "--headless" not in SERVICE["command"]
    assert "--ui-disable-news-fetch" in SERVICE["command"]


def test_the_image_is_the_version_that_we_install():
    version = subprocess.run([find_temporal(), "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    beside = Path(sys.executable).parent / "temporal"
    if find_temporal() != beside:
        pytest.skip("another temporal on PATH is preferred; its version is its owner's")
    assert SERVICE["image"] == f"temporalio/temporal:{version}"


def test_every_published_port_is_bound_to_loopback():
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "name" not in COMPOSE  # docker-compose 1.29 refuses it


def test_flags_may_be_spelled_apart_or_bare(tmp_path):
    command = "[server, start-dev, -p, 1, --bare, --search-attribute, A=Int, --log-level, warn]"
    file = a_file(tmp_path, f"services: {{temporal: {{command: {command}}}}}")
    assert search_attributes(file) == {"A": SearchAttributeIndexedValueType.INT}
    assert a_command(file=file)[-3:] == ["--bare", "--search-attribute=A=Int", "--log-level=warn"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("services: {}", "no service `temporal`"),
        ("services: {temporal: {command: server start-dev}}", "no service `temporal`"),
        ("services: [", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_says_so(tmp_path, text, why):
    with pytest.raises(DevServerUnavailable, match=why):
        search_attributes(a_file(tmp_path, text))


def test_a_missing_file_says_where_to_start_from(tmp_path):
    with pytest.raises(DevServerUnavailable, match="checkout"):
        search_attributes(tmp_path / "nowhere.yml")


def test_a_temporal_on_path_is_preferred(tmp_path, monkeypatch):
    on_path = tmp_path / "temporal"
    on_path.write_text("#!/bin/sh\n")
    on_path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert find_temporal() == on_path


def test_without_one_on_path_the_wheels_own_is_taken(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert find_temporal() == Path(sys.executable).parent / "temporal"


def test_without_any_temporal_the_person_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert shutil.which("temporal") is None
    with pytest.raises(DevServerUnavailable, match="make venv"):
        find_temporal()
