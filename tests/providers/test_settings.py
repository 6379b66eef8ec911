"""Each setting has a default and a meaning, a wrong one is named in a sentence, and no secret is ever shown."""

import os

import pytest

from providers import settings as door
from providers.settings import BadSetting, Settings


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith(("HOMEVIEW_", "GEMINI_", "DEEPSEEK_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)  # no .env of the checkout either


def test_everything_has_a_default(tmp_path):
    settings = door.load()
    assert (settings.home, settings.api_host, settings.api_port) == (tmp_path / ".homeview", "127.0.0.1", 8000)
    assert (settings.temporal_address, settings.namespace, settings.starts_temporal) == ("127.0.0.1:7233", "default", True)
    assert settings.database_url == f"sqlite:///{tmp_path}/.homeview/homeview.db"
    assert settings.database_file == tmp_path / ".homeview" / "homeview.db"
    assert (settings.index_root, settings.temporal_db) == (settings.home / "index", settings.home / "temporal.db")
    assert (settings.provider, settings.log) == ("offline", "text")
    assert (settings.workers, settings.worker_metrics_port) == (2, 0)


def test_the_environment_decides_and_then_the_env_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("HOMEVIEW_API_PORT=8100\nHOMEVIEW_TEMPORAL_PORT=7300\nANOTHER_PROGRAMS=1\n")
    monkeypatch.setenv("HOMEVIEW_API_PORT", "8200")
    settings = door.load()
    assert (settings.api_port, settings.temporal_address) == (8200, "127.0.0.1:7300")


def test_an_empty_variable_means_the_default(monkeypatch):
    monkeypatch.setenv("HOMEVIEW_API_PORT", "")
    monkeypatch.setenv("GEMINI_API_KEY", "")
    assert (door.load().api_port, door.load().gemini_api_key) == (8000, None)


def test_another_temporal_server_is_used_instead_of_ours(monkeypatch):
    monkeypatch.setenv("HOMEVIEW_TEMPORAL_ADDRESS", "temporal.example:7233")
    assert (door.load().temporal_address, door.load().starts_temporal) == ("temporal.example:7233", False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_allowed(host, monkeypatch):
    monkeypatch.setenv("HOMEVIEW_API_HOST", host)
    assert door.load().api_host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "homeview.example"])
def test_the_api_is_never_offered_to_others_without_a_login(host, monkeypatch):
    monkeypatch.setenv("HOMEVIEW_API_HOST", host)
    with pytest.raises(BadSetting, match=r"HOMEVIEW_API_HOST: .*there is no login yet"):
        door.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOMEVIEW_API_PORT", "99999"),
        ("HOMEVIEW_API_PORT", "eight"),
        ("HOMEVIEW_WORKERS", "0"),
        ("HOMEVIEW_WORKERS", "17"),
        ("HOMEVIEW_PROVIDER", "gemini"),
        ("HOMEVIEW_TEMPORAL_ADDRESS", "http://temporal:7233"),
        ("HOMEVIEW_TEMPORAL_ADDRESS", "temporal"),
        ("HOMEVIEW_LOG", "xml"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_else_is(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as refusal:
        door.load()
    assert str(refusal.value).startswith(f"{name}: ")
    assert str(refusal.value).count("\n") == 0


def test_all_wrong_settings_are_named_at_once(monkeypatch):
    monkeypatch.setenv("HOMEVIEW_API_PORT", "0")
    monkeypatch.setenv("HOMEVIEW_LOG", "xml")
    with pytest.raises(BadSetting, match=r"(?s)HOMEVIEW_API_PORT: .*\nHOMEVIEW_LOG: "):
        door.load()


def test_no_secret_is_shown(monkeypatch):
    monkeypatch.setenv("GEMINI_API_KEY", "canary")
    monkeypatch.setenv("HOMEVIEW_DATABASE_URL", "postgresql://me:canary@db:5432/homeview")
    settings = door.load()
    assert "canary" not in repr(settings) + str(door.table(settings))
    shown = {row.name: row.value for row in door.table(settings)}
    assert (shown["GEMINI_API_KEY"], shown["HOMEVIEW_DATABASE_URL"]) == ("(set)", "postgresql://me:***@db:5432/homeview")


def test_the_table_has_one_sentence_for_each_setting():
    rows = door.table(door.load())
    assert len({row.name for row in rows}) == len(rows) == len(Settings.model_fields)
    assert all(row.meaning.endswith(".") and row.default for row in rows)
    assert all(row.name.startswith(("HOMEVIEW_", "GEMINI_")) for row in rows)


def test_a_child_process_reads_the_very_same_settings(monkeypatch, tmp_path):
    mine = Settings(home=tmp_path / "a b", api_port=8123, other_temporal="127.0.0.1:7999", gemini_api_key="canary", _env_file=None)
    (tmp_path / ".env").write_text("HOMEVIEW_API_PORT=1\n")
    for name, value in mine.environment().items():
        monkeypatch.setenv(name, value)
    assert door.load() == mine


def chat(**environment):
    return [str(route) for route in Settings(_env_file=None, **environment).routes["chat"]]


def test_without_a_list_of_routes_every_model_with_a_key_is_asked_the_providers_own_first():
    assert chat() == []
    assert chat(gemini_api_key="k") == ["gemini:gemini-3.8-flash", "gemini:gemini-3.5-flash-lite"]
    assert chat(gemini_api_key="k", gemini_cheaper_model="gemini-3.8-flash") == ["gemini:gemini-3.8-flash"]
    assert chat(deepseek_api_key="k", deepseek_model="another") == ["deepseek:another"]
    assert chat(gemini_api_key="k", deepseek_api_key="k")[-1] == "deepseek:deepseek-flash"
    assert chat(gemini_api_key="k", deepseek_api_key="k", provider="deepseek")[0] == "deepseek:deepseek-flash"
    assert chat(gemini_api_key="k", deepseek_api_key="k", provider="offline") == []


def test_a_list_of_routes_is_asked_in_its_order_and_each_once(monkeypatch):
    monkeypatch.setenv("GEMINI_API_KEY", "canary")
    monkeypatch.setenv("DEEPSEEK_API_KEY", "canary")
    monkeypatch.setenv("HOMEVIEW_CHAT_ROUTES", "deepseek:deepseek-flash, gemini:a,deepseek:deepseek-flash,offline")
    settings = door.load()
    assert [str(route) for route in settings.routes["chat"]] == ["deepseek:deepseek-flash", "gemini:a"]
    assert len(settings.routes["vision"]) == 3
    shown = {row.name: row.value for row in door.table(settings)}
    assert shown["HOMEVIEW_CHAT_ROUTES"] == "deepseek:deepseek-flash,gemini:a,deepseek:deepseek-flash,offline"
    assert (shown["HOMEVIEW_DEEPSEEK_API_KEY"], "canary" in str(door.table(settings))) == ("(set)", False)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert door.load() == settings


@pytest.mark.parametrize(
    ("routes", "why"),
    [
        ("gemini:a", "HOMEVIEW_CHAT_ROUTES: gemini:a needs GEMINI_API_KEY, which is not set."),
        ("deepseek:a", "HOMEVIEW_CHAT_ROUTES: deepseek:a needs HOMEVIEW_DEEPSEEK_API_KEY, which is not set."),
        ("mistral:a", "HOMEVIEW_CHAT_ROUTES: nobody knows a provider called mistral; there are gemini, deepseek and offline."),
        ("offline,gemini:a", "HOMEVIEW_CHAT_ROUTES: offline is the last route, and nothing comes after it."),
        ("gemini", "HOMEVIEW_CHAT_ROUTES: routes read provider:model, with commas between them, such as"),
    ],
)
def test_a_route_that_can_not_be_asked_is_told_at_the_start(routes, why, monkeypatch):
    monkeypatch.setenv("HOMEVIEW_CHAT_ROUTES", routes)
    with pytest.raises(BadSetting) as refusal:
        door.load()
    assert str(refusal.value).startswith(why)


@pytest.mark.parametrize(
    ("url", "file"),
    [("sqlite:////d/h.db", "/d/h.db"), ("sqlite+pysqlite:////d/h.db?a=5", "/d/h.db"), ("sqlite://", None), ("postgresql://h/d", None)],
)
def test_only_an_sqlite_database_has_a_file(url, file):
    found = Settings(database_url=url, _env_file=None).database_file
    assert (str(found) if found else None) == file
