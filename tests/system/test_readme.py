"""What the README shows is true."""

import json
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


def test_the_way_to_s3_that_the_documentation_shows_works(tmp_path):
    """Its settings pass the check, its commands write documents, and it names each of them."""
    page = (ROOT / "docs/setup-s3.md").read_text()
    first, second = (block for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL))
    connection, repeater = first.split("[repeater.forms]")
    keys = second.split("[connection.lake]\n")[1].replace("AKIA...", "AKIAIOSFODNN7EXAMPLE")
    (tmp_path / "s3.secret").write_text("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n")
    (tmp_path / "s3.secret").chmod(0o600)
    (tmp_path / "firn.toml").write_text(
        f'data_dir = "data"\n{connection}{keys}\n[connection.warehouse]\ntype = "duckdb"\ndatabase = "w.duckdb"\n'
        f'[repeater.forms]\nkind = "form"\ntable = "forms"\ndestination = "warehouse"{repeater}'
    )
    firn = str(program())

    def run(script):
        done = subprocess.run(
            ["bash", "-ec", script.replace("firn setup", f"{firn} setup")],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "firn.toml; they do not expire" in run(f"{firn} check")
    shown = run("firn setup s3")
    loop = re.search(r"    for part in .*?done\n", page, re.DOTALL).group(0)
    run(loop)
    parts = re.search(r"for part in (.*?); do", loop).group(1).split()
    assert {path.stem for path in tmp_path.glob("*.json")} == set(parts)
    for part in parts:
        assert json.loads((tmp_path / f"{part}.json").read_text())
        assert f"{part}.json:" in shown and f"**{part}**" in page or part == "writer-policy"
