"""What the README shows is true."""

import pathlib
import re
import subprocess

from firn import program

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_configuration_in_the_readme_passes_check(tmp_path):
    example = re.search(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    example = example.replace("/var/lib/firn", str(tmp_path))
    config = tmp_path / "firn.toml"
    config.write_text(example)
    checked = subprocess.run([program(), "check", "--config", config], capture_output=True, text=True, timeout=20)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_command_in_the_readme_exists():
    commands = set(re.findall(r"^\| `firn (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"serve", "demo", "status", "trace"} <= commands
    for command in commands:
        shown = subprocess.run([program(), command, "--help"], capture_output=True, text=True, timeout=20)
        assert shown.returncode == 0, command
