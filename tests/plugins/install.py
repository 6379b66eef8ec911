"""Installs a package from its source into a folder, as anybody installs a plugin, but with no network and into no environment of ours."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SAMPLE = Path(__file__).parent / "homeview_sample_skill"
MODULE = "homeview_sample_skill/__init__.py"


def install(target: Path, module: str | None = None) -> Path:
    """The sample skill, installed into `target`; `module` is another text for its module. Gives `target`, to be put on the path."""
    source = target.parent / f"{target.name}-source"
    shutil.copytree(SAMPLE, source, ignore=shutil.ignore_patterns("__pycache__"))
    if module is not None:
        (source / MODULE).write_text(module, encoding="utf-8")
    uv = Path(sys.executable).parent / "uv"  # it brings its build backend along, so that nothing has to be fetched
    command = [uv, "pip", "install", "--offline", "--no-index", "--no-deps", "--no-build-isolation", "--quiet"]
    command += ["--python", sys.executable, "--target", target, source]
    env = {**os.environ, "UV_CACHE_DIR": str(target.parent / "uv-cache"), "UV_NO_CONFIG": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return target
