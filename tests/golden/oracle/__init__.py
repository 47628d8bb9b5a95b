"""What the golden generator is made of; `../generate.py` is the command, `../README.md` the format."""
