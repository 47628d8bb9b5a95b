"""Writes what real JAX prints for the programs beside this file: python regenerate.py [name ...]"""
import pathlib
import subprocess
import sys

folder = pathlib.Path(__file__).parent
names = sys.argv[1:] or [p.stem for p in sorted(folder.glob("*.py")) if p.stem != "regenerate"]
for name in names:
    result = subprocess.run([sys.executable, folder / f"{name}.py"], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{name}: {result.stderr}")
    (folder / f"{name}.out").write_text(result.stdout)
