"""The virtual environment: made when it is missing, mended when it is half-made, a sentence when it cannot be."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.services import ROOT


@pytest.fixture
def checkout(tmp_path):
    """The bootstrap script in a project without dependencies, so that nothing is downloaded."""
    script = tmp_path / "portal" / "running" / "bootstrap.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "portal" / "running" / "bootstrap.sh", script)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.lock").write_text("")
    return tmp_path


def bootstrap(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "GENKAN_VENV": ".venv", **environment}
    return subprocess.run(
        ["sh", "portal/running/bootstrap.sh", "base"],
        check=False,
        cwd=checkout,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_it_makes_the_environment_once_and_then_does_nothing(checkout):
    first = bootstrap(checkout)
    assert first.returncode == 0, first.stderr
    assert "Making .venv" in first.stdout
    second = bootstrap(checkout)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_a_half_made_environment_is_made_again(checkout):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").write_text("")
    done = bootstrap(checkout)
    assert done.returncode == 0, done.stderr
    assert "incomplete" in done.stdout
    assert (checkout / ".venv" / ".genkan-base").exists()


def test_changed_dependencies_are_installed_again(checkout):
    bootstrap(checkout)
    (checkout / "requirements" / "base.lock").write_text("# something else\n")
    assert "Installing the locked dependencies" in bootstrap(checkout).stdout


def test_an_old_python_is_a_sentence(checkout):
    old = checkout / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2"\nexit 1\n')
    old.chmod(old.stat().st_mode | stat.S_IXUSR)
    done = bootstrap(checkout, PYTHON=str(old))
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (checkout / ".venv").exists()
